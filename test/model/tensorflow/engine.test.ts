import { beforeAll, describe, expect, it } from 'vitest';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { decodeModel, encodeModel, type GraphProto } from '../../../src/model/onnx/proto.js';
import type { Engine } from '../../../src/engine.js';
import { tensorflowEngine } from '../../../src/model/tensorflow/engine.js';
import { loadTensorflow, type Tensorflow } from '../../../src/model/tensorflow/load.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../engines/engines.js';
import { fileOf, onnxOf } from '../onnx/onnx-file.js';
import { randomPixels } from '../onnx/random-weights.js';

it('reports that the engine is missing without TensorFlow, and how to install it', async () => {
  const loading = tensorflowEngine({ env: { SMEARWATCH_CACHE: '/nowhere' }, own: undefined });
  await expect(loading).rejects.toMatchObject({
    code: 'engine-unavailable',
    kind: 'configuration',
    hint: expect.stringContaining('node dist/model/tensorflow/main.js') as string,
    cause: expect.objectContaining({ code: 'tensorflow-unavailable' }) as Error,
  });
});

describe.skipIf(!hasTensorflow)(`the tfjs-node engine${NEEDS_TENSORFLOW}`, () => {
  const network = lenet5();
  let tf: Tensorflow;
  let engine: Engine;
  beforeAll(async () => {
    tf = await loadTensorflow();
    engine = await tensorflowEngine();
  });
  const open = async (bytes: Uint8Array) => engine.open(await fileOf(bytes), 3, { threads: 1 });
  const changed = (change: (graph: GraphProto) => void, of = network): Uint8Array => {
    const model = decodeModel(onnxOf(of));
    change(model.graph);
    return encodeModel(model);
  };

  it('holds no more tensors after 50 batches than after one, and none after it is closed', async () => {
    const before = tf.memory().numTensors;
    const session = await open(onnxOf(network));
    await session.run(randomPixels(2), 2);
    const after = tf.memory().numTensors;
    for (let batch = 0; batch < 50; batch++) await session.run(randomPixels(2), 2);
    expect(tf.memory().numTensors).toBe(after);
    await session.close();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('holds nothing of a model that it refused', async () => {
    const before = tf.memory().numTensors;
    const nan = changed(({ initializer }) => {
      initializer!.at(-1)!.raw_data = new Uint8Array(Float32Array.of(NaN, 0, 0).buffer);
    });
    await expect(open(nan)).rejects.toMatchObject({
      code: 'model-unloadable',
      message: expect.stringContaining('fc5.bias has values that are not finite') as string,
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('finds every option of an architecture in a file without metadata', async () => {
    const of = alexnet({ classes: 3, groups: 1, lrn: true, headUnits: 10 });
    const model = decodeModel(onnxOf(of));
    const session = await open(encodeModel({ ...model, metadata_props: [] }));
    expect(await session.run(randomPixels(1), 1)).toHaveLength(3);
    await session.close();
  }, 120_000);

  it.each<[string, Uint8Array]>([
    ['another order of channels', changed(({ node }) => void (node![0]!.attribute![0]!.ints = [0, 3, 2, 1]))],
    [
      'another mean',
      changed(({ initializer }) => {
        const mean = initializer!.find(({ name }) => name === 'front.mean')!;
        mean.raw_data = new Uint8Array(Float32Array.of(0, 0, 0).buffer);
      }),
    ],
    [
      'an additional node (as in a quantised graph)',
      changed(({ node }) => {
        node!.push({ op_type: 'Relu', input: ['fc5'], output: ['again'] });
      }),
    ],
    [
      'the tensors of another network',
      changed(({ initializer }) => {
        for (const tensor of initializer!) tensor.name = `net.${tensor.name ?? ''}`;
      }),
    ],
  ])(
    'refuses a graph with %s, for which its answer would differ from ONNX Runtime’s',
    async (_what, bytes) => {
      await expect(open(bytes)).rejects.toMatchObject({
        code: 'model-unloadable',
        message: expect.stringContaining('cannot be run by TensorFlow') as string,
        hint: expect.stringContaining('onnxruntime') as string,
      });
    },
  );
});
