import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FileOutcome } from '../../src/cli/classify/classify-files.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { smearwatch, spawnSmearwatch } from './capture.js';

let registry: string;
let modelFile: string;
beforeEach(async () => {
  const models = emptyRegistry();
  await addLeNet5(models, 1);
  const second = await addLeNet5(models, 2);
  await models.promote('lenet5', 1);
  registry = models.folder;
  modelFile = join(second.folder, 'model.onnx');
});

describe('models', () => {
  it('list shows every version with its labels', async () => {
    const { out } = await smearwatch('models', 'list', '--registry', registry);
    expect(out.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^MODEL +VERSION +LABELS/) as string,
      expect.stringMatching(/^lenet5 +1 +production +lenet5 +fp32 +3/) as string,
      expect.stringMatching(/^lenet5 +2 +lenet5 +fp32 +3/) as string,
    ]);
  });

  it('show resolves a label, and prints the manifest', async () => {
    const { out } = await smearwatch('models', 'show', 'lenet5@production', '--registry', registry);
    expect(out).toContain('lenet5@1 (production)');
    expect(out).toContain('intendedUse: Tests only.');
    expect(out).toMatch(/model\.onnx: 24\d KiB/);
  });

  it('show of an unknown model names those that there are', async () => {
    const { err, exitCode } = await smearwatch('models', 'show', 'lenet5@7', '--registry', registry);
    expect(err).toContain('hint: Existing: lenet5@1, lenet5@2, lenet5@production.');
    expect(exitCode).toBe(2);
  });

  it('verify exits 1 when a file was changed', async () => {
    const intact = await smearwatch('models', 'verify', '--registry', registry);
    expect(intact).toMatchObject({ exitCode: 0, out: expect.stringContaining('all intact') as string });
    writeFileSync(modelFile, 'other');
    const damaged = await smearwatch('models', 'verify', '--registry', registry, '--json');
    expect(damaged.exitCode).toBe(1);
    expect(JSON.parse(damaged.out)).toMatchObject({ intact: false });
    expect((await smearwatch('models', 'verify', 'lenet5@1', '--registry', registry)).exitCode).toBe(0);
  });
});

describe('generate and classify', () => {
  let smears: string;
  let summary: unknown;
  beforeAll(async () => {
    // Not `temporaryFolder`, which would remove it after the first test.
    smears = mkdtempSync(join(tmpdir(), 'smearwatch-test-'));
    const { out, err } = await spawnSmearwatch(
      'generate',
      '--out',
      smears,
      '--count',
      '3',
      '--seed',
      '5',
      '--json',
    );
    summary = JSON.parse(out);
    expect(err).toContain('Drawing: 3/3 images (100 %)');
  });

  afterAll(() => rmSync(smears, { recursive: true }));

  it('generate writes what was asked for', () => {
    expect(summary).toMatchObject({ count: 3, outDir: smears });
  });

  it('classify answers for every image below a folder, and exits 0', async () => {
    const { out, exitCode, err } = await spawnSmearwatch(
      'classify',
      smears,
      '--models',
      'lenet5@1,lenet5@2',
      '--registry',
      registry,
      '--json',
    );
    expect(err).toContain('3/3 images');
    expect(exitCode).toBe(0);
    const outcomes = JSON.parse(out) as FileOutcome[];
    expect(outcomes).toHaveLength(3);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        width: 960,
        height: 1080,
        models: [{ version: '1' }, { version: '2' }],
      });
    }
  });

  it('classify names what it cannot classify, continues, and exits 3', async () => {
    const folder = join(temporaryFolder(), 'images');
    mkdirSync(folder);
    writeFileSync(join(folder, 'text.png'), 'no image');
    const argv = ['classify', folder, smears, '--models', 'lenet5@1', '--registry', registry];
    const { out, exitCode } = await spawnSmearwatch(...argv);
    expect(out).toContain('text.png  not classified: ');
    expect(out.match(/lenet5@1/g)).toHaveLength(3);
    expect(exitCode).toBe(3);
  });

  it.each([
    ['a path that is not there', ['/nowhere/at/all.png'], 'does not exist'],
    ['a folder without images', [], 'no images'],
  ])('classify refuses %s', async (_, paths, expected) => {
    const argv = paths.length > 0 ? paths : [temporaryFolder()];
    const { err, exitCode } = await smearwatch(
      'classify',
      ...argv,
      '--models',
      'lenet5',
      '--registry',
      registry,
    );
    expect(err).toContain(expected);
    expect(exitCode).toBe(2);
  });
});
