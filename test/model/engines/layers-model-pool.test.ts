import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EngineName } from '../../../src/engine.js';
import { importLayersModel } from '../../../src/model/import/layers-model/import-layers-model.js';
import type { Registry } from '../../../src/model/registry/registry.js';
import { InferencePool } from '../../../src/pool/inference-pool.js';
import { loadModelSpecs } from '../../../src/model/registry/in-use.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { addLeNet5, emptyRegistry } from '../../fixtures/registry.js';
import { WORKER_FILE } from '../../fixtures/worker-file.js';
import { statement } from '../import/foreign.js';
import { runDirectly } from '../import/layers-model/direct.js';
import { kerasExport, write } from '../import/layers-model/keras-export.js';
import { randomPixels } from '../onnx/random-weights.js';
import { draftOf } from '../registry/model-draft.js';
import { loadTensorflow } from '../../../src/model/tensorflow/load.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from './engines.js';

const specsOf = (registry: Registry, ...use: { model: string; engine: EngineName }[]) =>
  loadModelSpecs({ registry: registry.folder, use, cacheFolder: join(registry.folder, '../cache') });

describe('a configuration that names a LayersModel', () => {
  async function registryWithOne(): Promise<Registry> {
    const registry = emptyRegistry();
    const model = { layers: Buffer.from('{}'), weights: Buffer.from('four') };
    await registry.add({ ...draftOf(model), name: 'keras', architecture: { name: 'imported', options: {} } });
    return registry;
  }

  it('with the engine onnxruntime is refused with the engine to name', async () => {
    const registry = await registryWithOne();
    await expect(specsOf(registry, { model: 'keras', engine: 'onnxruntime' })).rejects.toMatchObject({
      code: 'engine-unsuitable',
      kind: 'configuration',
      message: 'keras@1 is of the format layers-model, which the engine onnxruntime does not serve',
      hint: 'Configure its engine in models.use: { model: keras, engine: tfjs-node }, or name it with --engine of `smearwatch classify` and `smearwatch evaluate`.',
    });
  });

  it('with the engine tfjs-node gets the path of its model.json', async () => {
    const registry = await registryWithOne();
    const [spec] = await specsOf(registry, { model: 'keras', engine: 'tfjs-node' });
    expect(spec).toMatchObject({ identity: { name: 'keras', engine: 'tfjs-node', precision: 'fp32' } });
    expect(spec?.file).toBe(join(registry.folder, 'keras', '1', 'model.json'));
  });
});

it.skipIf(!hasTensorflow)(
  `a pool serves a LayersModel together with a network of ours${NEEDS_TENSORFLOW}`,
  async () => {
    const classes = ['a', 'b', 'c'];
    const [folder, source, registry] = [temporaryFolder(), write(kerasExport()), emptyRegistry()];
    const stated = { ...statement, classes, inputSize: 64, outputIs: 'probabilities' as const };
    await importLayersModel({ file: source, folder, statement: { ...stated, layout: 'nhwc' } });
    const model = { layers: join(folder, 'model.json'), weights: join(folder, 'weights.bin') };
    const architecture = { name: 'imported' as const, options: {} };
    await registry.add({ ...draftOf(model), name: 'keras', architecture, classes });
    await addLeNet5(registry, 1, { classes });
    const models = await specsOf(
      registry,
      { model: 'keras', engine: 'tfjs-node' },
      { model: 'lenet5', engine: 'tfjs-node' },
    );
    const pool = await InferencePool.start({
      workerFile: WORKER_FILE,
      workers: 1,
      models,
      taskTimeoutMs: 60_000,
    });
    onTestFinished(() => pool.destroy());
    const pixels = randomPixels(1);
    const { perModel } = await pool.classify(Uint8Array.from(pixels), 1);
    const found = [...perModel[0]!.probabilities];
    const wanted = await runDirectly(await loadTensorflow(), source, pixels, stated);
    found.forEach((value, index) => expect(value).toBeCloseTo(wanted[index]!, 4));
    expect(perModel[1]!.probabilities).toHaveLength(3);
    await pool.close();
  },
  60_000,
);
