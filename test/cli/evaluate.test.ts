import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Metrics } from '../../src/evaluate/metrics.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { Cells } from '../evaluate/cells.js';
import { addLeNet5 } from '../fixtures/registry.js';
import { smearwatch, spawnSmearwatch, type Outcome } from './capture.js';

afterEach(() => vi.unstubAllEnvs());

/** The real program, with the models of the cells' registry. */
function evaluating(cells: Cells, ...more: string[]): Promise<Outcome> {
  const models = more.includes('--models') ? [] : ['--models', 'lenet5'];
  const registry = ['--registry', cells.registry.folder, '--workers', '1'];
  return spawnSmearwatch(
    'evaluate',
    '--data',
    cells.folder,
    '--out',
    cells.out,
    ...models,
    ...registry,
    ...more,
  );
}

function metricsOf(cells: Cells): Metrics {
  return JSON.parse(readFileSync(join(cells.out, 'metrics.json'), 'utf8')) as Metrics;
}

function configWith(cells: Cells, gates: readonly object[]): string {
  const file = join(cells.root, 'smearwatch.yaml');
  const scanners = [{ name: 'x', folder: 'nowhere' }];
  writeFileSync(file, stringify({ stateFolder: 'state', scanners, evaluation: { gates } }));
  return file;
}

describe('evaluate', () => {
  it('prints a line for each model and where the report lies', async () => {
    const cells = await Cells.make(2);
    const { exitCode, out, err } = await evaluating(cells);
    expect(err).toContain('Evaluating: 6/6 images (100 %)');
    expect(out).toMatch(
      /6 images\nModel +Right +\(95 %\) +Accuracy +Precision +Recall +F\nlenet5@1 +\d+\.\d %/,
    );
    expect(out).toContain(join(cells.out, 'report.html'));
    expect(existsSync(join(cells.out, 'report.html'))).toBe(true);
    expect(exitCode).toBe(0);
    expect(metricsOf(cells).command).toBe(
      `smearwatch evaluate --data ${cells.folder} --models lenet5 --out ${cells.out} --registry ${cells.registry.folder} --workers 1`,
    );
  });

  it('prints metrics.json with --json, and exits 3 when an image could not be evaluated', async () => {
    const cells = await Cells.make(1);
    cells.put('lymphocyte/broken.png', 'not an image');
    const { exitCode, out } = await evaluating(cells, '--json');
    expect(JSON.parse(out)).toEqual(metricsOf(cells));
    expect(exitCode).toBe(3);
  });

  it('names what is left out', async () => {
    const cells = await Cells.make(1);
    for (const name of ['a', 'b', 'c', 'd']) await cells.add(`${name}.png`, 5);
    const { out } = await evaluating(cells);
    expect(out).toContain('left out, unlabelled 4: a.png: It is in no class folder; b.png: ');
    expect(out).toContain('; and 1 more');
  });

  it('a duplicate is no reason to exit 3: its image is counted', async () => {
    const cells = await Cells.make(1);
    await cells.add('normal-monocyte/copy.png', 0);
    const { exitCode, out } = await evaluating(cells);
    expect(out).toContain('left out, duplicate 1: normal-monocyte/copy.png');
    expect(exitCode).toBe(0);
  });

  it('continues after a kill -9 where it stopped, and classifies no image twice', async () => {
    const cells = await Cells.make(30); // More than a batch.
    vi.stubEnv('SMEARWATCH_FAULT', 'kill@recorded');
    expect(await evaluating(cells)).toMatchObject({ exitCode: null });
    expect(existsSync(join(cells.out, 'metrics.json'))).toBe(false);
    const ledger = Ledger.visit(join(cells.out, 'ledger'));
    const before = ledger.queue.counts();
    ledger.close();
    expect(before.done).toBeGreaterThan(0);
    expect(before.queued + before.running).toBeGreaterThan(0);
    vi.stubEnv('SMEARWATCH_FAULT', undefined);
    const { exitCode } = await evaluating(cells);
    expect(exitCode).toBe(0);
    expect(metricsOf(cells)).toMatchObject({
      data: { images: 90, leftOut: [] },
      throughput: { images: 90 - before.done },
    });
  });
});

describe('gates', () => {
  it('that are passed exit 0, and are in the result', async () => {
    const cells = await Cells.make(1);
    const config = configWith(cells, [{ figure: 'shareRight', min: 0 }]);
    const { exitCode, out } = await evaluating(cells, '--config', config);
    expect(out).toContain('gate passed: lenet5@1 shareRight ≥ 0');
    expect(metricsOf(cells).gates).toMatchObject([{ model: 'lenet5@1', limit: 0, passed: true }]);
    expect(exitCode).toBe(0);
  });

  it('one that is missed exits 1, also when images are left out', async () => {
    const cells = await Cells.make(1);
    await cells.add('top.png', 9);
    const gate = { figure: 'recall', class: 'abnormal-monocyte', min: 1.5 };
    const { exitCode, out } = await evaluating(cells, '--config', configWith(cells, [gate]));
    expect(out).toContain('gate FAILED: lenet5@1 recall of abnormal-monocyte ≥ 1.5');
    expect(exitCode).toBe(1);
  });

  it('a fall is measured against the promoted version', async () => {
    const cells = await Cells.make(2);
    await addLeNet5(cells.registry, 2);
    await cells.registry.promote('lenet5', 1);
    const config = configWith(cells, [{ figure: 'shareRight', maxFall: 1 }]);
    const { exitCode, out } = await evaluating(cells, '--config', config, '--models', 'lenet5@1,lenet5@2');
    expect(out).toContain('gate passed: lenet5@2 shareRight at most 1 worse than lenet5@1');
    expect(exitCode).toBe(0);
    expect(metricsOf(cells).gates).toHaveLength(1);
  });

  it('on a class that the models do not know are refused', async () => {
    const cells = await Cells.make(1);
    const config = configWith(cells, [{ figure: 'recall', class: 'blast', min: 0.5 }]);
    const { exitCode, err } = await evaluating(cells, '--config', config);
    expect(err).toContain('evaluation.gates asks about the class blast');
    expect(exitCode).toBe(2);
  });
});

describe('wrong usage', () => {
  it.each([
    ['no folder', ['evaluate'], 'data'],
    [
      'a folder that is not there',
      ['evaluate', '--data', '/no/such/folder'],
      '/no/such/folder is not a folder',
    ],
    ['an unknown option', ['evaluate', '--data', '.', '--modles', 'x'], 'Did you mean --models?'],
    ['an unknown part', ['evaluate', '--data', '.', '--part', 'tests'], 'part'],
    ['no worker', ['evaluate', '--data', '.', '--workers', '0'], '--workers must be a whole number'],
    [
      'a part that is no part',
      ['evaluate', '--data', '.', '--split', 'x', '--part', 'all'],
      '--part all and --split contradict each other',
    ],
  ])('%s exits 2', async (_what, argv, message) => {
    const { exitCode, err } = await smearwatch(...argv);
    expect(err).toContain(message);
    expect(exitCode).toBe(2);
  });
});
