import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine.js';
import { IMAGE_BYTES } from '../../../src/images.js';
import { loadEngine } from '../../../src/model/engines/load-engine.js';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import type { Network } from '../../../src/model/networks/network.js';
import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  decodeModel,
  encodeModel,
  type ModelProto,
} from '../../../src/model/onnx/proto.js';
import { fileOf, onnxOf } from '../onnx/onnx-file.js';
import { randomPixels, randomWeights } from '../onnx/random-weights.js';
import { referenceProbabilities } from '../onnx/reference-network.js';
import { smallNetworks } from '../onnx/small-networks.js';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('onnxruntime');
});

const open = async (network: Network, bytes = onnxOf(network)) =>
  engine.open(await fileOf(bytes), network.classes, { threads: 1 });

it('the engine has a name and a version', () => {
  expect(engine.name).toBe('onnxruntime');
  expect(engine.capabilities).toEqual({
    supportsInt8: true,
    version: expect.stringMatching(/^1\.\d+/) as string,
  });
});

describe.each(smallNetworks)('%s', (_name, network) => {
  it('gives the same probabilities as plain loops', async () => {
    const weights = randomWeights(network);
    const pixels = randomPixels(3);
    const session = await open(network, onnxOf(network, weights));
    const found = await session.run(pixels, 3);
    for (let i = 0; i < 3; i++) {
      const image = pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES);
      const expected = referenceProbabilities(network, weights, image);
      const row = [...found.subarray(i * network.classes, (i + 1) * network.classes)];
      expected.forEach((value, k) => expect(row[k]).toBeCloseTo(value, 5));
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }
    await session.close();
  });
});

it.each([
  ['two groups', alexnet()],
  ['a head of 1,000 and LRN, without groups', alexnet({ groups: 1, lrn: true, headUnits: 1000 })],
])(
  'AlexNet with %s classifies, and its probabilities sum to 1',
  async (_name, network) => {
    const session = await open(network);
    const found = await session.run(randomPixels(2), 2);
    expect(found).toHaveLength(6);
    expect(found[0]! + found[1]! + found[2]!).toBeCloseTo(1, 5);
    expect(found.subarray(0, 3)).not.toEqual(found.subarray(3));
    await session.close();
  },
  120_000,
);

describe('running', () => {
  const network = lenet5();

  it('a view into a larger buffer gives the same as its own bytes, in any batch', async () => {
    const session = await open(network);
    const pixels = randomPixels(4);
    const all = await session.run(pixels, 4);
    const padded = new Uint8Array(7 + pixels.length + 5000);
    padded.set(pixels, 7);
    expect(await session.run(padded.subarray(7), 4)).toEqual(all);
    for (let i = 0; i < 4; i++) {
      const one = await session.run(pixels.subarray(i * IMAGE_BYTES), 1);
      [...one].forEach((value, k) => expect(value).toBeCloseTo(all[i * 3 + k]!, 6));
    }
    await session.close();
  });

  it('fails with a code when pixels are missing, and after the session is closed', async () => {
    const session = await open(network);
    const failure = { code: 'inference-failed' };
    await expect(session.run(new Uint8Array(IMAGE_BYTES), 2)).rejects.toMatchObject(failure);
    await expect(session.run(new Uint8Array(IMAGE_BYTES), 0)).rejects.toMatchObject(failure);
    await session.close();
    await session.close();
    await expect(session.run(new Uint8Array(IMAGE_BYTES), 1)).rejects.toMatchObject(failure);
  });

  it('refuses a second batch at the same time, rather than mixing them up', async () => {
    const session = await open(network);
    const pixels = randomPixels(2);
    const first = session.run(pixels, 1);
    await expect(session.run(pixels.subarray(IMAGE_BYTES), 1)).rejects.toMatchObject({
      code: 'inference-failed',
      message: expect.stringContaining('another batch') as string,
    });
    const found = await first;
    expect(await session.run(pixels, 1)).toEqual(found);
    await session.close();
  });

  it('fails rather than returning probabilities that are not numbers', async () => {
    const model = decodeModel(onnxOf(network));
    const bias = model.graph.initializer!.at(-1)!;
    bias.raw_data = new Uint8Array(Float32Array.of(NaN, 0, 0).buffer);
    const session = await open(network, encodeModel(model));
    await expect(session.run(randomPixels(1), 1)).rejects.toMatchObject({
      code: 'inference-failed',
      message: expect.stringContaining('not numbers') as string,
    });
    await session.close();
  });
});

describe('opening', () => {
  const network = lenet5();
  type Change = (graph: NonNullable<ModelProto['graph']>) => void;
  const changed = (change: Change) => {
    const model = decodeModel(onnxOf(network));
    change(model.graph);
    return encodeModel(model);
  };
  const dimensions = (graph: Parameters<Change>[0], which: 'input' | 'output') =>
    graph[which]![0]!.type!.tensor_type!.shape!.dim!;

  /** A graph with as many probabilities as the darkest byte of the images: none for a black one. */
  const widthFromPixels = () =>
    changed((graph) => {
      graph.node!.at(-1)!.output = ['softmax'];
      const raw_data = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
      const one = (name: string, value: bigint) => ({
        name,
        dims: [1],
        data_type: DATA_TYPE.int64,
        raw_data: raw_data(value),
      });
      graph.initializer!.push(one('zero', 0n), one('one', 1n));
      const attribute = [{ name: 'to', type: ATTRIBUTE_TYPE.int, i: DATA_TYPE.int64 }];
      graph.node!.push(
        { op_type: 'Cast', input: ['image'], output: ['bytes'], attribute },
        { op_type: 'ReduceMin', input: ['bytes'], output: ['darkest'] },
        { op_type: 'Reshape', input: ['darkest', 'one'], output: ['width'] },
        { op_type: 'Slice', input: ['softmax', 'zero', 'width', 'one'], output: ['probabilities'] },
      );
      dimensions(graph, 'output')[1] = { dim_param: 'classes' };
    });

  it.each<[string, () => Uint8Array, string]>([
    ['an empty file', () => new Uint8Array(), 'has no graph'],
    ['a truncated file', () => onnxOf(network).subarray(0, 100_000), 'cannot be loaded'],
    ['a file of another kind', () => Buffer.from('no model'), 'cannot be loaded'],
    ['another number of classes', () => onnxOf(lenet5({ classes: 4 })), 'is [N,4], not [N,3]'],
    [
      'an input of another name',
      () =>
        changed((graph) => {
          graph.input![0]!.name = 'pixels';
          graph.node![0]!.input = ['pixels'];
        }),
      'no input "image" (it has: pixels)',
    ],
    [
      'an input of another type',
      () => changed((graph) => void (graph.input![0]!.type!.tensor_type!.elem_type = 1)),
      'is float32, not uint8',
    ],
    [
      'a fixed batch',
      () =>
        changed((graph) => {
          for (const which of ['input', 'output'] as const) dimensions(graph, which)[0] = { dim_value: 8 };
        }),
      'fixed to batches of 8',
    ],
    ['an output whose width only a run shows, and is wrong', widthFromPixels, 'did not give 3'],
  ])('%s is refused with a code', async (_what, make, message) => {
    await expect(open(network, make())).rejects.toMatchObject({
      code: 'model-unloadable',
      message: expect.stringContaining(message) as string,
    });
  });

  it('an output of unknown width that is right is accepted', async () => {
    const bytes = changed((graph) => void (dimensions(graph, 'output')[1] = { dim_param: 'classes' }));
    await (await open(network, bytes)).close();
  });

  it('a missing file is refused with its path', async () => {
    await expect(engine.open('/nowhere/model.onnx', 3, { threads: 1 })).rejects.toMatchObject({
      code: 'model-unloadable',
      message: expect.stringContaining('/nowhere/model.onnx') as string,
    });
  });
});
