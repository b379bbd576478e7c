import { describe, expect, it } from 'vitest';
import { loadEngine } from '../../../src/model/engines/load-engine.js';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import type { EngineName } from '../../../src/engine.js';
import { fileOf, onnxOf } from '../onnx/onnx-file.js';
import { randomPixels } from '../onnx/random-weights.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from './engines.js';

const IMAGES = 3;

async function probabilitiesOf(engine: EngineName, file: string, classes: number): Promise<number[]> {
  const session = await (await loadEngine(engine)).open(file, classes, { threads: 1 });
  const found = [...(await session.run(randomPixels(IMAGES), IMAGES))];
  await session.close();
  return found;
}

describe.skipIf(!hasTensorflow)(`both engines on the same bytes${NEEDS_TENSORFLOW}`, () => {
  it.each([
    ['LeNet-5', lenet5()],
    ['LeNet-5 with five classes of a head of 1,000', lenet5({ classes: 5, headUnits: 1000 })],
    ['AlexNet as in the paper, with two groups', alexnet()],
    [
      'AlexNet without groups, with LRN and a head of 1,000',
      alexnet({ groups: 1, lrn: true, headUnits: 1000 }),
    ],
  ])(
    '%s: the same probabilities within 1e-4',
    async (_title, network) => {
      const file = await fileOf(onnxOf(network));
      const expected = await probabilitiesOf('onnxruntime', file, network.classes);
      const found = await probabilitiesOf('tfjs-node', file, network.classes);
      expect(found).toHaveLength(IMAGES * network.classes);
      found.forEach((value, index) => expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-4));
      // Images and classes differ by far more than the engines do: equal answers would prove nothing.
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.01);
    },
    180_000,
  );
});
