/**
 * Writes test/fixtures/version-1/: a ledger, an audit trail, a registry and a configuration as this version
 * writes them. Later versions must be able to open them; test/compatibility/ checks that. A real daemon
 * classifies a few images; what it wrote is written again with a fixed clock and neutral names, so that a
 * second run gives the same bytes.
 *
 * To be run again only until this version is released. A later format gets a folder of its own beside this
 * one.
 *
 * npm run build && npx tsx scripts/write-fixture.ts
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { parseDocument } from 'yaml';
import { CELL_CLASSES } from '../src/images.js';
import { exportOnnx } from '../src/model/onnx/export-onnx.js';
import { Registry } from '../src/model/registry/registry.js';
import { initialWeights } from '../src/train/initial-weights.js';
import { SOFTWARE } from '../src/version.js';
import { SMEAR_SIZE, smearPng } from '../test/fixtures/images.js';
import { refuseTraces, withFixedClock } from './fixture/neutral.js';
import { TINY } from './fixture/network.js';
import { runCli, runReally, SCANNER } from './fixture/real-run.js';
import { writeState } from './fixture/state.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const fixture = join(root, 'test/fixtures/version-1');
const temporary = mkdtempSync(join(tmpdir(), 'smearwatch-fixture-'));

for (const part of ['state', 'models', 'smearwatch.yaml', 'results.json', 'audit.ndjson', 'third.jpg'])
  rmSync(join(fixture, part), { recursive: true, force: true });
mkdirSync(fixture, { recursive: true });
try {
  await withFixedClock(async () => {
    writeConfiguration();
    await writeRegistry();
    writeFileSync(
      join(fixture, 'third.jpg'),
      await sharp(await smearPng(3))
        .jpeg()
        .toBuffer(),
    );
    writeState(join(fixture, 'state'), await runReally(fixture, join(temporary, 'lab')));
  });
  rmSync(join(fixture, 'state', 'daemon.lock'), { force: true });
  exportState();
  refuseTraces(fixture);
} finally {
  rmSync(temporary, { recursive: true });
}

/** Every option of this version, with its comment; few differ from the defaults. */
function writeConfiguration(): void {
  const document = parseDocument(readFileSync(join(root, 'config/default.yaml'), 'utf8'));
  document.commentBefore = ' The configuration of the fixture: every option of the version that wrote it.';
  const changes: readonly [path: (string | number)[], value: unknown][] = [
    [['scanners', 0, 'name'], SCANNER],
    [['scanners', 0, 'settle', 'quietMs'], 50],
    [['scanners', 0, 'settle', 'incompleteAfterMs'], 50],
    [['scanners', 0, 'expectedSize', 'width'], SMEAR_SIZE.width],
    [['scanners', 0, 'expectedSize', 'height'], SMEAR_SIZE.height],
    [['scanners', 0, 'labels'], 'folder'],
    [
      ['sinks'],
      [
        { type: 'json', name: 'json', folder: './results' },
        { type: 'ndjson', name: 'lines', file: './results.ndjson' },
      ],
    ],
    [['retention'], { ledgerDays: 36_500, jsonDays: 36_500 }],
    [['models', 'registry'], './models'],
    [['models', 'use'], [{ model: 'tiny' }]],
    [['pool', 'workers'], 1],
    [['http', 'port'], 0],
    [['evaluation', 'gates'], [{ figure: 'shareRight', model: 'tiny', min: 0.5 }]],
  ];
  for (const [path, value] of changes) document.setIn(path, value);
  writeFileSync(join(fixture, 'smearwatch.yaml'), document.toString());
}

/** The results and the audit trail as text: for review, and to be compared with what later versions read. */
function exportState(): void {
  const state = join(temporary, 'state');
  cpSync(join(fixture, 'state'), state, { recursive: true });
  writeFileSync(join(fixture, 'results.json'), runCli('results', '--state', state, '--json'));
  runCli('audit', 'export', '--state', state, '--out', join(fixture, 'audit.ndjson'));
}

async function writeRegistry(): Promise<void> {
  const registry = new Registry(join(fixture, 'models'), { cacheFolder: join(temporary, 'cache') });
  const software = `smearwatch ${SOFTWARE.version}`;
  for (const seed of [1, 2]) {
    const onnx = exportOnnx(TINY, initialWeights(TINY, seed), { classes: CELL_CLASSES, software });
    await registry.add({
      name: 'tiny',
      architecture: { name: 'imported', options: { description: 'a small LeNet-5' } },
      classes: [...CELL_CLASSES],
      precision: 'fp32',
      trainedOn: { description: 'nothing: random weights', seed },
      evaluation: {},
      software: { smearwatch: SOFTWARE.version },
      intendedUse: 'Tests that later versions read this registry.',
      model: { onnx },
    });
  }
  await registry.promote('tiny', 1);
}
