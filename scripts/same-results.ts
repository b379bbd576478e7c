/**
 * Whether two versions of Smearwatch give the same results: each classifies the same folders once, and the
 * records are compared field by field. Times, versions and the fields named in `--added` are left out; every
 * other difference is printed, and the exit code is 1.
 *
 * npx tsx scripts/same-results.ts --before OTHER/dist/smearwatch.cjs [--after dist/smearwatch.cjs]
 *   [--smears 500] [--added image.decoder,models[].computation] [FOLDER…]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    before: { type: 'string' },
    after: { type: 'string', default: 'dist/smearwatch.cjs' },
    smears: { type: 'string', default: '500' },
    added: { type: 'string', default: '' },
  },
});
/** Fields that differ from run to run. */
const VARYING = ['times', 'recordedAt', 'software', 'image.modifiedAt'];
const SHOWN = 20;
const added = new Set(values.added.split(',').filter((field) => field !== ''));

/** Each leaf of a record by its path; elements of arrays keep their index in the path. */
function leaves(value: unknown, path = ''): [path: string, leaf: unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item, at) => leaves(item, `${path}[${at}]`));
  return Object.entries(value).flatMap(([name, item]) =>
    leaves(item, path === '' ? name : `${path}.${name}`),
  );
}

function isCompared(path: string): boolean {
  const field = path.replace(/\[\d+\]/g, '[]');
  const isVarying = VARYING.some((name) => field === name || field.startsWith(`${name}.`));
  return !isVarying && !added.has(field) && ![...added].some((name) => field.startsWith(`${name}.`));
}

/** Records by scanner and path, and how each file that has none ended. */
function classify(
  program: string,
  folder: string,
  images: readonly string[],
): Map<string, Map<string, unknown>> {
  mkdirSync(folder);
  const configFile = join(folder, 'smearwatch.yaml');
  const results = join(folder, 'results.ndjson');
  const scanners = images.map((path, at) => ({ name: `s${at}-${basename(path)}`, folder: path }));
  writeFileSync(
    configFile,
    stringify({
      stateFolder: join(folder, 'state'),
      scanners,
      sinks: [{ type: 'ndjson', file: results }],
      models: { use: [{ model: 'alexnet@1' }, { model: 'lenet5@1' }] },
      http: { enabled: false },
    }),
  );
  const smearwatch = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    });
    if (status !== 0 && status !== 3) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`);
    return stdout;
  };
  smearwatch('run', '--once', '--config', configFile);
  const records = readFileSync(results, 'utf8').trimEnd().split('\n');
  const quarantined = smearwatch(
    'results',
    '--quarantined',
    '--limit',
    '1000000',
    '--json',
    '--config',
    configFile,
  ).trim();
  const byFile = new Map<string, Map<string, unknown>>();
  for (const line of records) {
    const record = JSON.parse(line) as { image: { scanner: string; path: string } };
    const facts = leaves(record).filter(([path]) => isCompared(path));
    byFile.set(`${record.image.scanner}/${record.image.path}`, new Map(facts));
  }
  for (const row of quarantined === '' ? [] : quarantinedRows(quarantined))
    byFile.set(
      `${row.scanner}/${row.path}`,
      new Map(Object.entries({ quarantined: row.code, reason: row.reason })),
    );
  return byFile;
}

interface QuarantinedRow {
  readonly scanner: string;
  readonly path: string;
  readonly code?: string;
  readonly reason?: string;
}

function quarantinedRows(text: string): QuarantinedRow[] {
  return text.startsWith('[')
    ? (JSON.parse(text) as QuarantinedRow[])
    : text.split('\n').map((line) => JSON.parse(line) as QuarantinedRow);
}

function differences(before: Map<string, Map<string, unknown>>, after: typeof before): string[] {
  const files = new Set([...before.keys(), ...after.keys()]);
  return [...files].flatMap((file) => {
    const [old, now] = [before.get(file), after.get(file)];
    if (old === undefined || now === undefined) return [`${file}: only ${old ? 'before' : 'after'}`];
    const fields = new Set([...old.keys(), ...now.keys()]);
    return [...fields]
      .filter((field) => old.get(field) !== now.get(field))
      .map((field) => `${file} ${field}: ${String(old.get(field))} → ${String(now.get(field))}`);
  });
}

if (values.before === undefined) throw new Error('--before names the other version, a dist/smearwatch.cjs');
const work = mkdtempSync(join(tmpdir(), 'smearwatch-same-'));
const folders = positionals.map((folder) => resolve(folder));
const smears = Number(values.smears);
if (smears > 0) {
  const drawn = join(work, 'generated');
  // A third of each format that the project decodes itself.
  for (const [at, format] of ['png', 'jpeg', 'tiff'].entries()) {
    const count = Math.floor((smears + at) / 3);
    const args = ['generate', '--out', drawn, '--count', String(count), '--format', format];
    const seed = ['--seed', '18', '--first-index', String(at * smears)];
    const { status, stderr } = spawnSync(process.execPath, [values.after, ...args, ...seed], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }
  folders.push(drawn);
}
const before = classify(resolve(values.before), join(work, 'before'), folders);
const after = classify(resolve(values.after), join(work, 'after'), folders);
const found = differences(before, after);
for (const line of found.slice(0, SHOWN)) console.log(line);
console.log(`${before.size} files before, ${after.size} after; ${found.length} fields differ`);
rmSync(work, { recursive: true });
if (found.length > 0) process.exitCode = 1;
