import { describe, expect, it } from 'vitest';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { shapeLayers } from '../../../src/model/networks/network.js';
import { exportOnnx } from '../../../src/model/onnx/export-onnx.js';
import { reverseAxes } from '../../../src/model/onnx/layout.js';
import { DATA_TYPE, decodeModel, encodeModel, type ModelProto } from '../../../src/model/onnx/proto.js';
import { parseOnnxWeights } from '../../../src/model/onnx/read-onnx.js';
import { classNames, onnxOf } from './onnx-file.js';
import { randomWeights } from './random-weights.js';
import { smallAlexNet, smallNetworks } from './small-networks.js';

describe.each(smallNetworks)('%s', (_name, network) => {
  it('is read back exactly as it was exported', () => {
    const weights = randomWeights(network);
    const bytes = onnxOf(network, weights);
    expect(parseOnnxWeights(bytes, network)).toEqual(weights);
  });

  it('is exported to the same bytes every time, and from the weights read back', () => {
    const bytes = onnxOf(network);
    expect(Buffer.compare(onnxOf(network, parseOnnxWeights(bytes, network)), bytes)).toBe(0);
  });

  it('is the same message when protobufjs alone writes it', () => {
    const bytes = onnxOf(network);
    const model = decodeModel(bytes);
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it('names and shapes its tensors as ONNX and PyTorch do', () => {
    const tensors = new Map(decodeModel(onnxOf(network)).graph.initializer?.map((t) => [t.name, t.dims]));
    for (const { layer, parameters } of shapeLayers(network)) {
      const [shape] = parameters.map((parameter) => parameter.shape);
      if (layer.kind === 'convolution') {
        expect(tensors.get(`${layer.name}.weight`)).toEqual([shape![3], shape![2], shape![0], shape![1]]);
      }
      if (layer.kind === 'dense') expect(tensors.get(`${layer.name}.weight`)).toEqual([shape![1], shape![0]]);
    }
  });
});

it('AlexNet at its full size is read back exactly', () => {
  const network = alexnet();
  const weights = randomWeights(network);
  const back = parseOnnxWeights(onnxOf(network, weights), network);
  for (const [name, values] of weights) {
    // Vitest's own comparison of 38 million values takes minutes.
    expect(Buffer.compare(Buffer.from(back.get(name)!.buffer), Buffer.from(values.buffer)), name).toBe(0);
  }
}, 120_000);

it('the file records the software that wrote it, the classes and its contract', () => {
  const network = lenet5();
  const model = decodeModel(
    exportOnnx(network, randomWeights(network), {
      classes: classNames(network),
      software: 'smearwatch 0.1.0',
      properties: { seed: '7' },
    }),
  );
  expect(model).toMatchObject({
    ir_version: 8,
    opset_import: [{ domain: '', version: 17 }],
    producer_name: 'smearwatch',
    metadata_props: [
      { key: 'seed', value: '7' },
      { key: 'architecture', value: 'lenet5' },
      { key: 'classes', value: '["class-0","class-1","class-2"]' },
      { key: 'software', value: 'smearwatch 0.1.0' },
    ],
  });
  const shapeOf = (values?: { name?: string; type?: { tensor_type?: unknown } }[]) => values?.[0];
  expect(shapeOf(model.graph.input)).toMatchObject({
    name: 'image',
    type: {
      tensor_type: {
        elem_type: DATA_TYPE.uint8,
        shape: { dim: [{ dim_param: 'N' }, { dim_value: 256 }, { dim_value: 256 }, { dim_value: 3 }] },
      },
    },
  });
  expect(shapeOf(model.graph.output)).toMatchObject({
    name: 'probabilities',
    type: {
      tensor_type: { elem_type: DATA_TYPE.float, shape: { dim: [{ dim_param: 'N' }, { dim_value: 3 }] } },
    },
  });
});

it('class names that do not fit the network are refused', () => {
  const network = lenet5();
  expect(() => exportOnnx(network, randomWeights(network), { classes: ['one'], software: 'x' })).toThrow(
    expect.objectContaining({ code: 'network-invalid' }),
  );
});

it.each([
  [3, 5, 7],
  [36, 17, 33],
  [1, 1, 4],
])('axes %i × %i × %i are reversed, and reversing them again restores them', (first, middle, last) => {
  const values = Float32Array.from({ length: first * middle * last }, (_, i) => i);
  const reversed = reverseAxes(values, first, middle, last);
  expect(reversed[(last - 1) * middle * first + (middle - 1) * first]).toBe((middle - 1) * last + last - 1);
  expect(reverseAxes(reversed, last, middle, first)).toEqual(values);
});

describe('a file that is refused', () => {
  const network = smallAlexNet;
  const changed = (change: (model: ModelProto & { graph: NonNullable<ModelProto['graph']> }) => void) => {
    const model = decodeModel(onnxOf(network));
    change(model);
    return encodeModel(model);
  };
  const lastTensor = (model: ModelProto) => model.graph!.initializer!.at(-2)!;

  it.each<[string, () => Uint8Array, string]>([
    ['an empty one', () => new Uint8Array(), 'has no graph'],
    ['one of another kind', () => Buffer.from('\x89PNG\r\n\x1a\n, a picture'), 'not a complete ONNX file'],
    ['a truncated one', () => onnxOf(network).subarray(0, 4000), 'not a complete ONNX file'],
    ['that of another network', () => onnxOf(lenet5()), 'conv1.weight is 6×3×5×5, not 8×3×7×7'],
    [
      'one without a tensor',
      () => changed(({ graph }) => void graph.initializer!.pop()),
      'has no tensor fc4.bias',
    ],
    [
      'one with weights in another file',
      () =>
        changed((model) =>
          Object.assign(lastTensor(model), {
            data_location: 1,
            external_data: [{ key: 'location', value: '../../etc/passwd' }],
          }),
        ),
      'keeps fc4.weight in another file',
    ],
    [
      'a quantised one',
      () => changed((model) => Object.assign(lastTensor(model), { data_type: DATA_TYPE.int8 })),
      'fc4.weight is not stored as float32',
    ],
  ])('is %s', (_what, make, message) => {
    const refusal = { code: 'model-unloadable', message: expect.stringContaining(message) as string };
    expect(() => parseOnnxWeights(make(), network)).toThrow(expect.objectContaining(refusal));
  });
});
