import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QuantizeResult } from '../../src/cli/models/quantize/run-quantization.js';
import type { Registry } from '../../src/model/registry/registry.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { foreignFile } from '../model/import/foreign.js';
import { smearwatch, spawnSmearwatch } from './capture.js';

let registry: Registry;
beforeEach(() => {
  registry = emptyRegistry();
});

describe('quantize', () => {
  let smears: string;
  beforeAll(async () => {
    smears = mkdtempSync(join(tmpdir(), 'smearwatch-test-'));
    vi.stubEnv('SMEARWATCH_CACHE', `${smears}-cache`);
    await spawnSmearwatch('generate', '--out', smears, '--count', '30', '--seed', '5');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    for (const folder of [smears, `${smears}-cache`]) rmSync(folder, { recursive: true, force: true });
  });

  const quantize = (model: string, ...more: string[]) =>
    smearwatch('models', 'quantize', model, '--data', smears, '--registry', registry.folder, ...more);

  it('adds an int8 version with what was measured, and promotes nothing', async () => {
    await addLeNet5(registry, 1);
    // An untrained network may lose a point: that is not what is tested here.
    const { out, err } = await quantize('lenet5@1', '--force', '--json');
    const { version, measured } = JSON.parse(out) as QuantizeResult;
    expect(err).toContain('Calibrating:');
    expect(version).toMatchObject({
      version: 2,
      labels: [],
      manifest: {
        precision: 'int8',
        trainedOn: { quantization: { source: { model: 'lenet5@1' }, calibration: { images: 15 } } },
        evaluation: { images: 15, comparedWithFp32: { speedup: measured.speedup }, limits: { forced: true } },
      },
    });
    expect(measured.int8.bytes / measured.fp32.bytes).toBeLessThan(0.3);
    expect(measured.agreement).toBeGreaterThan(0.5);
    expect((await smearwatch('models', 'verify', '--registry', registry.folder)).exitCode).toBe(0);
  });

  it('refuses a model that is int8 already', async () => {
    await addLeNet5(registry, 1);
    await quantize('lenet5@1', '--force');
    expect(await quantize('lenet5@2')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('is int8 already') as string,
    });
  });

  it('refuses a folder of other classes', async () => {
    await addLeNet5(registry, 1, { classes: ['x', 'y', 'z'] });
    expect(await quantize('lenet5')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('the model knows x, y, z') as string,
    });
  });
});

describe('import', () => {
  const importing = (bytes: Uint8Array, ...more: string[]) => {
    const file = join(temporaryFolder(), 'net.onnx');
    writeFileSync(file, bytes);
    const place = ['--registry', registry.folder, '--name', 'foreign', '--classes', 'a,b,c'];
    return spawnSmearwatch('models', 'import', file, ...place, '--input-size', '256', ...more);
  };

  it('adds a model that says what was stated', async () => {
    const { exitCode, out } = await importing(foreignFile(), '--mean', '0.4,0.5,0.6');
    expect(exitCode).toBe(0);
    expect(out).toContain('foreign@1: Input: uint8 RGB, 256×256');
    const { manifest } = await registry.resolve('foreign');
    expect(manifest).toMatchObject({
      architecture: { name: 'imported', options: { mean: [0.4, 0.5, 0.6], layout: 'nchw' } },
      classes: ['a', 'b', 'c'],
      trainedOn: { import: { file: 'net.onnx', opset: 17 } },
    });
  });

  it.each([
    ['a file cut short', foreignFile().subarray(0, 300), 'not a complete ONNX file'],
    ['a file of other classes', foreignFile({ classes: 5 }), 'has 5 values per image'],
  ])('registers nothing for %s', async (_what, bytes, message) => {
    const { exitCode, err } = await importing(bytes);
    expect(exitCode).toBe(1);
    expect(err).toContain(message);
    expect(await registry.names()).toEqual([]);
  });

  it.each([
    ['one class', ['--classes', 'a'], '--classes "a"'],
    ['two numbers for the mean', ['--mean', '1,2'], '--mean "1,2" must be three numbers'],
    ['a deviation of zero', ['--deviation', '1,0,1'], 'must not be 0'],
    ['a name that leads out of the folder', ['--name', '../up'], '--name "../up"'],
  ])('refuses %s', async (_what, wrong, message) => {
    const options = new Map([
      ['--classes', 'a,b,c'],
      ['--name', 'foreign'],
      [wrong[0]!, wrong[1]!],
    ]);
    const { exitCode, err } = await smearwatch(
      'models',
      'import',
      'net.onnx',
      '--registry',
      registry.folder,
      ...[...options].flat(),
    );
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
  });
});
