import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { EngineName } from '../../../src/engine.js';
import { IMAGE_BYTES } from '../../../src/images.js';
import { loadModelSpecs } from '../../../src/model/registry/in-use.js';
import { InferencePool } from '../../../src/pool/inference-pool.js';
import { addLeNet5, emptyRegistry } from '../../fixtures/registry.js';
import { WORKER_FILE } from '../../fixtures/worker-file.js';
import { randomPixels } from '../onnx/random-weights.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from './engines.js';

it.skipIf(!hasTensorflow)(
  `two pool workers classify with tfjs-node what they classify with ONNX Runtime${NEEDS_TENSORFLOW}`,
  async () => {
    const registry = emptyRegistry();
    await addLeNet5(registry, 1);
    const start = async (engine: EngineName) => {
      const models = await loadModelSpecs({
        registry: registry.folder,
        use: [{ model: 'lenet5', engine }],
        cacheFolder: join(registry.folder, '../cache'),
      });
      const pool = await InferencePool.start({
        workerFile: WORKER_FILE,
        workers: 2,
        models,
        taskTimeoutMs: 60_000,
      });
      onTestFinished(() => pool.destroy());
      return pool;
    };
    const images = randomPixels(8);
    const batches = Array.from({ length: 4 }, (_, batch) =>
      Uint8Array.from(images.subarray(2 * batch * IMAGE_BYTES, 2 * (batch + 1) * IMAGE_BYTES)),
    );
    const answersOf = async (pool: InferencePool) => {
      const results = await Promise.all(batches.map((pixels) => pool.classify(pixels.slice(), 2)));
      return results.flatMap(({ perModel }) => [...perModel[0]!.probabilities]);
    };
    const tensorflow = await start('tfjs-node');
    expect(tensorflow.identities[0]?.engine).toBe('tfjs-node');
    const [found, expected] = [await answersOf(tensorflow), await answersOf(await start('onnxruntime'))];
    expect(found).toHaveLength(24);
    found.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4));
    expect(tensorflow.workers.alive).toBe(2);
    await tensorflow.close();
  },
  120_000,
);
