import { DatabaseSync } from '@photostructure/sqlite';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readAudit, toLine } from '../../src/audit/read-audit.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { loadConfig } from '../../src/config/load.js';
import { backupLedger } from '../../src/ledger/backup-ledger.js';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { SCHEMA_VERSION_1 } from '../../src/ledger/schema.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { CELL_CLASSES } from '../../src/images.js';
import { lookReferenceSchema } from '../../src/quality/drift/reference.js';
import { Registry } from '../../src/model/registry/registry.js';
import type { ResultRecord } from '../../src/record.js';
import { smearwatch } from '../cli/capture.js';
import { runCli } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { smearPng } from '../fixtures/images.js';

const FIXTURE = fileURLToPath(new URL('../fixtures/version-1/', import.meta.url));
const WRITTEN = JSON.parse(readFileSync(join(FIXTURE, 'results.json'), 'utf8')) as ResultRecord[];
const TRAIL = readFileSync(join(FIXTURE, 'audit.ndjson'), 'utf8').trimEnd().split('\n');

let folder: string;
let state: string;
let config: string;
beforeEach(() => {
  folder = temporaryFolder();
  cpSync(FIXTURE, folder, { recursive: true });
  mkdirSync(join(folder, 'incoming'));
  state = join(folder, 'state');
  config = join(folder, 'smearwatch.yaml');
});

describe('The ledger of version 1', () => {
  it('has the schema that this code calls version 1', () => {
    const written = new DatabaseSync(ledgerFile(state), { readOnly: true });
    const present = new DatabaseSync(':memory:');
    onTestFinished(() => [written, present].forEach((database) => database.close()));
    present.exec(SCHEMA_VERSION_1);
    const sql = 'SELECT name, sql FROM sqlite_schema ORDER BY rowid';
    expect(present.prepare(sql).all(), 'a later change is a step').toEqual(written.prepare(sql).all());
  });

  it('is whole', () => {
    expect(verifyLedger(ledgerFile(state))).toMatchObject({ problems: [], files: 6, results: 3, running: 0 });
  });

  it('has the results that were written, with every field', async () => {
    const { out, exitCode } = await smearwatch('results', '--config', config, '--json');
    expect(JSON.parse(out)).toMatchObject(WRITTEN);
    expect([WRITTEN.length, exitCode]).toEqual([3, 0]);
    const { out: refused } = await smearwatch('results', '--config', config, '--quarantined', '--json');
    expect(JSON.parse(refused)).toMatchObject([{ path: 'unsorted/truncated.png', code: 'image-truncated' }]);
  });

  it('has its queue, deliveries, labels and drift reference', () => {
    const ledger = Ledger.own(state, () => []);
    onTestFinished(() => ledger.close());
    expect(ledger.queue.counts()).toMatchObject({ queued: 1, running: 0, done: 4, quarantined: 1 });
    expect(ledger.queue.claim(10)).toMatchObject([{ path: 'unsorted/queued.png', size: 4321, attempt: 1 }]);
    expect(ledger.outbox.next('json', 10)).toMatchObject([{ path: 'unsorted/copy-of-first.png' }]);
    const second = WRITTEN.find(({ image }) => image.path === 'normal-monocyte/second.png');
    expect(ledger.labels.history(second!.image.sha256)).toMatchObject([
      { class: 'normal-monocyte', source: 'folder' },
      { class: 'abnormal-monocyte', by: 'anna', source: 'command' },
    ]);
    expect(ledger.labels.countWaiting()).toBe(1);
    expect(
      ledger.labelledPredictions.window(WRITTEN[0]!.models[0]!, { images: 10, sinceMs: 0 }),
    ).toHaveLength(2);
    const reference: unknown = JSON.parse(ledger.driftReferences.find('scanner left')!);
    expect(lookReferenceSchema.parse(reference)).toMatchObject({ images: 3 });
  });

  it('can be backed up', async () => {
    const target = join(folder, 'backup.sqlite');
    expect(await backupLedger(ledgerFile(state), target)).toMatchObject({ files: 6, results: 3 });
  });
});

describe('The audit trail of version 1', () => {
  it('is an unbroken chain up to the head that was written with it, and has the same entries', () => {
    const head = JSON.parse(readFileSync(join(state, 'audit-head.json'), 'utf8')) as { hash: string };
    const report = verifyAudit(state);
    expect(report.problem).toBeUndefined();
    expect(report).toMatchObject({ intact: TRAIL.length, head: { hash: head.hash } });
    expect(readAudit(state, {}, (entries) => [...entries].map(toLine))).toEqual(TRAIL);
  });
});

describe('The registry of version 1', () => {
  it('has both versions intact, and the label on the first', async () => {
    const registry = new Registry(join(folder, 'models'), { cacheFolder: join(folder, 'cache') });
    const reports = await registry.verify();
    expect(reports.filter(({ state: found }) => found !== 'intact')).toEqual([]);
    expect(reports.length).toBeGreaterThanOrEqual(2);
    expect(await registry.versions('tiny')).toEqual([1, 2]);
    expect(await registry.resolve('tiny')).toMatchObject({
      version: 1,
      labels: ['production'],
      manifest: { classes: CELL_CLASSES, precision: 'fp32', format: 'onnx' },
    });
  });
});

describe('The configuration of version 1', () => {
  it('loads, and says what was written', () => {
    expect(loadConfig(config).config).toMatchObject({
      stateFolder: state,
      scanners: [{ name: 'left', folder: join(folder, 'incoming'), labels: 'folder' }],
      sinks: [{ type: 'json' }, { type: 'ndjson' }],
      models: { registry: join(folder, 'models'), use: [{ model: 'tiny' }] },
      evaluation: { gates: [{ figure: 'shareRight', min: 0.5 }] },
      retention: { ledgerDays: 36_500, jsonDays: 36_500 },
    });
  });

  it('passes what doctor checks of it, the models and the ledger', async () => {
    const { out } = await smearwatch('doctor', '--config', config, '--json');
    const { checks } = JSON.parse(out) as { checks: { name: string; status: string }[] };
    const status = (name: string): string | undefined => checks.find((each) => each.name === name)?.status;
    expect(['configuration', 'model tiny', 'engines', 'ledger'].map(status)).toEqual(Array(4).fill('ok'));
  });
});

it('A daemon of this version continues where one of version 1 stopped, and classifies as it did', async () => {
  // An image that version 1 has classified, under another name, and a new one.
  cpSync(join(folder, 'third.jpg'), join(folder, 'incoming', 'third-again.jpg'));
  writeFileSync(join(folder, 'incoming', 'new.png'), await smearPng(4));
  const { code, stderr } = await runCli('run', '--once', '--config', config);
  expect([code, stderr]).toEqual([3, '']); // The queued file has gone.
  expect(verifyLedger(ledgerFile(state))).toMatchObject({ problems: [], files: 8, results: 4 });
  const ledger = Ledger.visit(state);
  onTestFinished(() => ledger.close());
  expect(ledger.outbox.counts()).toEqual({});
  expect(ledger.browse.results({ limit: 1 })[0]?.record).toMatchObject({
    image: { path: 'new.png' },
    models: [{ name: 'tiny', version: '1', weightsSha256: WRITTEN[0]!.models[0]!.weightsSha256 }],
  });
  const { intact, problem } = verifyAudit(state);
  expect(problem).toBeUndefined();
  expect(intact).toBeGreaterThan(TRAIL.length);
});

it('The model of version 1 says of an image what it said then', async () => {
  const third = WRITTEN.find(({ image }) => image.path === 'unsorted/third.jpg')!;
  const { stdout } = await runCli('classify', join(folder, 'third.jpg'), '--config', config, '--json');
  const [{ sha256, models }] = JSON.parse(stdout) as [Pick<ResultRecord, 'models'> & { sha256: string }];
  expect(sha256).toBe(third.image.sha256);
  expect(models).toHaveLength(1);
  for (const [name, probability] of Object.entries(third.models[0]!.probabilities))
    expect(models[0]!.probabilities[name]).toBeCloseTo(probability, 4);
});
