/**
 * Kills the daemon with SIGKILL at random moments of working off a folder, starts it again, and in the end counts: every
 * file has exactly one end, every image exactly one result, every result its file and its line, and nothing is left over.
 *
 * npx tsx scripts/crash.ts --data FOLDER [--kills 10] [--models alexnet,lenet5] [--registry FOLDER]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Ledger } from '../src/ledger/ledger.js';
import type { ResultRecord } from '../src/record.js';
import { TestDaemon, writeConfig } from '../test/fixtures/daemon.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    kills: { type: 'string', default: '10' },
    models: { type: 'string', default: 'alexnet,lenet5' },
    registry: { type: 'string' },
    'longest-run-ms': { type: 'string', default: '8000' },
  },
});
if (values.data === undefined) throw new Error('--data FOLDER names the images to work off');

const folder = mkdtempSync(join(tmpdir(), 'smearwatch-crash-'));
const configFile = writeConfig(folder, {
  scanners: [
    { name: 'crash', folder: resolve(values.data), labels: 'folder', expectedSize: { otherwise: 'accept' } },
  ],
  sinks: [
    { type: 'json', folder: 'results' },
    { type: 'ndjson', file: 'results.ndjson' },
  ],
  models: {
    ...(values.registry !== undefined && { registry: resolve(values.registry) }),
    use: values.models.split(',').map((model) => ({ model })),
  },
});

for (let kill = 1; kill <= Number(values.kills); kill += 1) {
  const daemon = new TestDaemon(configFile, '--once');
  await Promise.race([daemon.ready(), daemon.exit()]);
  const afterMs = Math.round(Math.random() * Number(values['longest-run-ms']));
  await Promise.race([delay(afterMs), daemon.exit()]);
  daemon.signal('SIGKILL');
  const ended = await daemon.exit();
  const ledger = Ledger.visit(join(folder, 'state'));
  const { done, running, queued, quarantined } = ledger.queue.counts();
  ledger.close();
  console.log(
    `kill ${kill}: ${ended} ${afterMs} ms after ready: ${done} done, ${running} running, ${queued} queued, ${quarantined} quarantined`,
  );
}
const last = new TestDaemon(configFile, '--once');
console.log(`last run: exit ${await last.exit()}`);

const files = readdirSync(values.data, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(png|jpe?g|tiff?|bmp)$/i.test(name),
);
const ledger = Ledger.visit(join(folder, 'state'));
const counts = ledger.queue.counts();
const records = ledger.browse.results({ limit: 10_000_000 }).map(({ record }) => record);
const owed = ledger.outbox.counts();
ledger.close();
const results = readdirSync(join(folder, 'results'), { recursive: true, encoding: 'utf8' });
const documents = results.filter((name) => name.endsWith('.json'));
const lines = readFileSync(join(folder, 'results.ndjson'), 'utf8').trimEnd().split('\n');
const keys = lines.map((line) => (JSON.parse(line) as ResultRecord).image.sha256);
for (const name of documents) JSON.parse(readFileSync(join(folder, 'results', name), 'utf8'));

const distinct = new Set(records.map(({ image }) => image.sha256)).size;
const perModel = new Map<string, Set<string>>();
for (const { models, image } of records) {
  for (const { name } of models) perModel.set(name, (perModel.get(name) ?? new Set()).add(image.sha256));
}
const findings: Record<string, readonly [found: unknown, expected: unknown]> = {
  'files with an end (done or quarantined)': [counts.done + counts.quarantined, files.length],
  'files without an end': [counts.queued + counts.running, 0],
  'results, and distinct images among them': [records.length, distinct],
  ...Object.fromEntries(
    [...perModel].map(([name, images]) => [`distinct results of ${name}`, [images.size, distinct] as const]),
  ),
  'result files': [documents.length, counts.done],
  'distinct images among the NDJSON lines': [new Set(keys).size, distinct],
  'temporary files left': [results.filter((name) => name.endsWith('.tmp')).length, 0],
  'deliveries owed': [Object.keys(owed).length, 0],
};
let isWell = true;
for (const [what, [found, expected]] of Object.entries(findings)) {
  isWell &&= found === expected;
  console.log(
    `${found === expected ? 'ok  ' : 'FAIL'} ${what}: ${String(found)} (expected ${String(expected)})`,
  );
}
console.log(
  `quarantined: ${counts.quarantined}; NDJSON lines delivered again after a kill: ${keys.length - distinct}`,
);
if (isWell) rmSync(folder, { recursive: true });
else console.log(`kept for inspection: ${folder}`);
process.exit(isWell ? 0 : 1);
