import { describe, expect, it } from 'vitest';
import { IMAGE_BYTES } from '../../../../src/images.js';
import { alexnet, type AlexNetOptions } from '../../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../../src/model/networks/lenet5.js';
import type { Layer, Network } from '../../../../src/model/networks/network.js';
import { cutFront } from '../../../../src/model/accelerate/front/cut-front.js';
import {
  type Convolution,
  type GraphStage,
} from '../../../../src/model/accelerate/winograd/convolution-run.js';
import { divideAtConvolutions, type DividedModel } from '../../../../src/model/accelerate/winograd/divide.js';
import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  decodeModel,
  EXTERNAL,
  type GraphProto,
  type NodeProto,
} from '../../../../src/model/onnx/proto.js';
import { quantizeModel } from '../../../../src/model/quantize/quantize-model.js';
import { onnxOf } from '../../onnx/onnx-file.js';
import { randomPixels } from '../../onnx/random-weights.js';
import { smallWideNetwork } from '../../onnx/small-networks.js';

const bytes = onnxOf(smallWideNetwork);

/** Divides a network as loading does: its front is removed and the graph changed before. */
function divide(onnx: Uint8Array, change?: (graph: GraphProto) => void): DividedModel | undefined {
  const { model, inputName } = cutFront(decodeModel(onnx))!;
  change?.(model.graph);
  return divideAtConvolutions(model, inputName);
}

/** Name of a stage: `5×5 of 32 → 64`, `pool 3/2`. */
function nameOf(stage: GraphStage): string {
  if (stage.kind === 'max-pool') return `pool ${stage.size}/${stage.stride}`;
  const { kernel, channels, outputs, groups, padding } = stage;
  const details = [groups > 1 && `${groups} groups`, padding > 0 && `padding ${padding}`].filter(Boolean);
  return [`${kernel}×${kernel} of ${channels} → ${outputs}`, ...details].join(', ');
}

const stagesOf = (divided: DividedModel | undefined) => divided?.stages.map(nameOf);
const convolutionsOf = (divided: DividedModel | undefined): Convolution[] =>
  (divided?.stages ?? []).flatMap((stage) => (stage.kind === 'convolution' ? [stage] : []));

const graphsOf = ({ before, after }: DividedModel) =>
  [before, after].map((part) => decodeModel(part.bytes).graph);
const operators = ({ node = [] }: GraphProto) => node.map(({ op_type }) => op_type);
const initializers = ({ initializer = [] }: GraphProto) => initializer.map(({ name }) => name);
/** The last nodes of the part before: its channels come last, and its first output is not a tensor. */
const handOver = ['Transpose', 'SequenceEmpty'];
const ends = (infos: GraphProto['input']) =>
  infos?.map(({ name, type }) => {
    const { elem_type, shape } = type!.tensor_type!;
    return [name, elem_type, ...shape!.dim!.map((side) => side.dim_value ?? side.dim_param)];
  });

const [conv2, pool2] = ['5×5 of 32 → 64, padding 2', 'pool 3/2'];
const [conv3, pool3] = ['3×3 of 64 → 64, 2 groups, padding 1', 'pool 2/2'];
const whole = [conv2, pool2, conv3, pool3];

/**
 * AlexNet with tiny fully connected layers, which the test does not use and which are nearly all of its size.
 */
function lightAlexNet(options?: AlexNetOptions): Network {
  const network = alexnet(options);
  const isInside = (layer: Layer) => layer.kind === 'dense' && layer.activation === 'relu';
  return {
    ...network,
    layers: network.layers.map((layer) => (isInside(layer) ? { ...layer, units: 8 } : layer)),
  };
}

describe('AlexNet is divided', () => {
  const behindConv2 = [
    '3×3 of 256 → 384, padding 1',
    '3×3 of 384 → 384, 2 groups, padding 1',
    '3×3 of 384 → 256, 2 groups, padding 1',
    'pool 3/2',
  ];
  const dense = ['Transpose', 'Flatten', 'Gemm', 'Relu', 'Gemm', 'Relu', 'Gemm', 'Softmax'];

  it('from conv2 to pool5, with all other layers before and after', () => {
    const divided = divide(onnxOf(lightAlexNet()))!;
    expect(stagesOf(divided)).toEqual(['5×5 of 96 → 256, 2 groups, padding 2', 'pool 3/2', ...behindConv2]);
    const [before, after] = graphsOf(divided);
    expect(operators(before!)).toEqual(['Conv', 'Relu', 'MaxPool', ...handOver]);
    expect(operators(after!)).toEqual(dense);
  });

  it('from conv3 on where LRN is between it and conv2, where most weights are', () => {
    const divided = divide(onnxOf(lightAlexNet({ lrn: true })))!;
    expect(stagesOf(divided)).toEqual(behindConv2);
    const [before, after] = graphsOf(divided);
    expect(operators(before!)).toEqual([
      'Conv',
      'Relu',
      'LRN',
      'MaxPool',
      'Conv',
      'Relu',
      'LRN',
      'MaxPool',
      ...handOver,
    ]);
    expect(operators(after!)).toEqual(dense);
  });
});

describe('The parts of a small network', () => {
  const { model, inputName } = cutFront(decodeModel(bytes))!;
  const divided = divideAtConvolutions(model, inputName)!;
  const [before, after] = graphsOf(divided);

  it('are the nodes before its run of convolutions, the run, and the nodes after it', () => {
    expect(stagesOf(divided)).toEqual(whole);
    expect(operators(before!)).toEqual(['Conv', 'Relu', ...handOver]);
    expect(operators(after!)).toEqual(['Transpose', 'Flatten', 'Gemm', 'Relu', 'Gemm', 'Softmax']);
  });

  it('have the weights that they need, and no others', () => {
    expect(initializers(before!)).toEqual(['conv1.weight', 'conv1.bias']);
    expect(initializers(after!)).toEqual(['fc4.weight', 'fc4.bias', 'fc5.weight', 'fc5.bias']);
    const tensorOf = (name: string) => model.graph.initializer!.find((each) => each.name === name)!;
    const floats = (name: string) => new Float32Array(new Uint8Array(tensorOf(name).raw_data!).buffer);
    expect(convolutionsOf(divided).map(({ filters, bias }) => [filters, bias])).toEqual(
      ['conv2', 'conv3'].map((layer) => [floats(`${layer}.weight`), floats(`${layer}.bias`)]),
    );
  });

  it('pass images of [N, height, width, channels]', () => {
    expect(divided.before).toMatchObject({ inputName: 'front.scaled', outputName: 'conv1.relu.nhwc' });
    expect(divided.after).toMatchObject({ inputName: 'pool3.nhwc', outputName: 'probabilities' });
    expect(ends(before!.input)).toEqual([['front.scaled', 1, 'N', 3, 67, 67]]);
    const [nothing, ...outputs] = before!.output!;
    expect(nothing).toMatchObject({ name: 'nothing', type: { sequence_type: {} } });
    expect(ends(outputs)).toEqual([['conv1.relu.nhwc', 1, 'N', 'rows', 'columns', 32]]);
    expect(ends(after!.input)).toEqual([['pool3.nhwc', 1, 'N', 'rows', 'columns', 64]]);
    expect(after!.output).toEqual(model.graph.output);
    const turn = ({ node = [] }: GraphProto) => node.find(({ op_type }) => op_type === 'Transpose')!;
    expect(turn(before!)).toMatchObject({ input: ['conv1.relu'], attribute: [{ ints: [0, 2, 3, 1] }] });
    expect(turn(after!)).toMatchObject({ output: ['pool3'], attribute: [{ ints: [0, 3, 1, 2] }] });
  });
});

const nodeOf = (graph: GraphProto, name: string): NodeProto =>
  graph.node!.find(({ output }) => output?.[0] === name)!;
const tensorOf = (graph: GraphProto, name: string) => graph.initializer!.find((each) => each.name === name)!;
const removeAttribute = (node: NodeProto, removed: string) =>
  (node.attribute = node.attribute!.filter(({ name }) => name !== removed));
function setAttribute(node: NodeProto, name: string, value: number | number[] | string): void {
  removeAttribute(node, name);
  const { int, ints, string } = ATTRIBUTE_TYPE;
  if (typeof value === 'number') node.attribute!.push({ name, type: int, i: value });
  else if (typeof value === 'string') node.attribute!.push({ name, type: string, s: Buffer.from(value) });
  else node.attribute!.push({ name, type: ints, ints: value });
}
function setFilters(graph: GraphProto, name: string, dims: number[]): void {
  const length = dims.reduce((product, side) => product * side, 4);
  Object.assign(tensorOf(graph, `${name}.weight`), { dims, raw_data: new Uint8Array(length) });
  removeAttribute(nodeOf(graph, name), 'kernel_shape');
}

type Change = (graph: GraphProto, name: string) => void;
const unlike: [string, Change][] = [
  ['dilated filters', (graph, name) => setAttribute(nodeOf(graph, name), 'dilations', [2, 2])],
  ['a stride of 2', (graph, name) => setAttribute(nodeOf(graph, name), 'strides', [2, 2])],
  ['padding on one side', (graph, name) => setAttribute(nodeOf(graph, name), 'pads', [2, 2, 1, 1])],
  ['padding of 3', (graph, name) => setAttribute(nodeOf(graph, name), 'pads', [3, 3, 3, 3])],
  ['automatic padding', (graph, name) => setAttribute(nodeOf(graph, name), 'auto_pad', 'SAME_UPPER')],
  ['an unknown attribute', (graph, name) => setAttribute(nodeOf(graph, name), 'fused', 1)],
  [
    'a shape other than its filters’',
    (graph, name) => setAttribute(nodeOf(graph, name), 'kernel_shape', [4, 4]),
  ],
  ['filters of 1 × 1', (graph, name) => setFilters(graph, name, [64, 32, 1, 1])],
  ['filters of 7 × 7', (graph, name) => setFilters(graph, name, [64, 32, 7, 7])],
  ['filters that are not square', (graph, name) => setFilters(graph, name, [64, 32, 3, 5])],
  ['filters of three dimensions', (graph, name) => setFilters(graph, name, [64, 32, 3, 3, 1])],
  [
    'filters that are truncated',
    (graph, name) => {
      const tensor = tensorOf(graph, `${name}.weight`);
      tensor.raw_data = tensor.raw_data!.subarray(0, -4);
    },
  ],
  ['filters that are computed', (graph, name) => (tensorOf(graph, `${name}.weight`).name = 'elsewhere')],
  [
    'filters that stay in the file',
    (graph, name) => {
      const tensor = tensorOf(graph, `${name}.weight`);
      delete tensor.raw_data;
      Object.assign(tensor, { data_location: EXTERNAL, external_data: [{ key: 'location', value: 'a' }] });
    },
  ],
  [
    'filters of another type',
    (graph, name) => (tensorOf(graph, `${name}.weight`).data_type = DATA_TYPE.int32),
  ],
  ['a bias that is computed', (graph, name) => (tensorOf(graph, `${name}.bias`).name = 'elsewhere')],
  [
    'a function other than ReLU after it',
    (graph, name) => (nodeOf(graph, `${name}.relu`).op_type = 'Sigmoid'),
  ],
  [
    'only the next layer after it',
    (graph, name) => {
      graph.node!.splice(graph.node!.indexOf(nodeOf(graph, `${name}.relu`)), 1);
      for (const node of graph.node!) {
        node.input = node.input!.map((each) => (each === `${name}.relu` ? name : each));
      }
    },
  ],
  [
    'sums that another node reads',
    (graph, name) => graph.node!.push({ op_type: 'Shape', input: [name], output: ['unused'] }),
  ],
  ['a ReLU of another domain', (graph, name) => (nodeOf(graph, `${name}.relu`).domain = 'com.example')],
  ['another domain', (graph, name) => (nodeOf(graph, name).domain = 'com.example')],
];

describe.each<[string, string, string[]]>([
  ['begins after the first convolution', 'conv2', [conv3, pool3]],
  ['ends before the last convolution', 'conv3', [conv2, pool2]],
])('A run %s', (_where, name, expected) => {
  it.each(unlike)('with %s', (_what, change) => {
    expect(stagesOf(divide(bytes, (graph) => change(graph, name)))).toEqual(expected);
  });
});

it.each(unlike)('There is no run when every convolution has %s', (_what, change) => {
  const changeAll = (graph: GraphProto) => ['conv2', 'conv3'].forEach((name) => change(graph, name));
  expect(divide(bytes, changeAll)).toBeUndefined();
});

describe('A convolution is computed by products', () => {
  it('with a bias of zeros if it has no bias', () => {
    for (const input of [
      ['conv1.relu', 'conv2.weight'],
      ['conv1.relu', 'conv2.weight', ''],
    ]) {
      const divided = divide(bytes, (graph) => (nodeOf(graph, 'conv2').input = input));
      expect(stagesOf(divided)).toEqual(whole);
      expect(convolutionsOf(divided)[0]!.bias).toEqual(new Float32Array(64));
    }
  });

  it('without padding or groups if their attributes are missing', () => {
    const divided = divide(bytes, (graph) => (nodeOf(graph, 'conv2').attribute = []));
    expect(stagesOf(divided)).toEqual(['5×5 of 32 → 64', pool2, conv3, pool3]);
  });

  it('when its attributes have the default values', () => {
    const divided = divide(bytes, (graph) => {
      setAttribute(nodeOf(graph, 'conv2'), 'dilations', [1, 1]);
      setAttribute(nodeOf(graph, 'conv2'), 'auto_pad', 'NOTSET');
      const defaults = { pads: [0, 0, 0, 0], ceil_mode: 0, storage_order: 0, auto_pad: 'NOTSET' };
      for (const [name, value] of Object.entries({ ...defaults, dilations: [1, 1] })) {
        setAttribute(nodeOf(graph, 'pool2'), name, value);
      }
    });
    expect(stagesOf(divided)).toEqual(whole);
  });

  it('when its numbers are a list rather than bytes', () => {
    const divided = divide(bytes, (graph) => {
      const bias = tensorOf(graph, 'conv2.bias');
      delete bias.raw_data;
      bias.float_data = Array.from({ length: 64 }, (_, i) => i);
    });
    expect(convolutionsOf(divided)[0]!.bias).toEqual(Float32Array.from({ length: 64 }, (_, i) => i));
  });
});

describe('A run ends at', () => {
  const pools: [string, (pool: NodeProto) => void][] = [
    ['padding', (pool) => setAttribute(pool, 'pads', [0, 0, 1, 1])],
    ['windows that are half outside', (pool) => setAttribute(pool, 'ceil_mode', 1)],
    ['automatic padding', (pool) => setAttribute(pool, 'auto_pad', 'SAME_LOWER')],
    ['gaps', (pool) => setAttribute(pool, 'dilations', [2, 2])],
    ['windows in another order', (pool) => setAttribute(pool, 'storage_order', 1)],
    ['an output of the largest values’ indices', (pool) => pool.output!.push('places')],
    ['a shape that is not square', (pool) => setAttribute(pool, 'kernel_shape', [2, 3])],
    ['different strides', (pool) => setAttribute(pool, 'strides', [1, 2])],
    ['one dimension', (pool) => setAttribute(pool, 'kernel_shape', [3])],
    ['another domain', (pool) => (pool.domain = 'com.example')],
    ['means instead', (pool) => (pool.op_type = 'AveragePool')],
  ];

  it.each(pools)('a pool with %s', (_what, change) => {
    expect(stagesOf(divide(bytes, (graph) => change(nodeOf(graph, 'pool2'))))).toEqual([conv2]);
    expect(stagesOf(divide(bytes, (graph) => change(nodeOf(graph, 'pool3'))))).toEqual([conv2, pool2, conv3]);
  });

  it.each([
    ['conv2.relu', [conv2]],
    ['pool2', [conv2, pool2]],
    ['conv3.relu', [conv2, pool2, conv3]],
  ])('a value that is read twice: %s', (value, expected) => {
    const divided = divide(bytes, (graph) =>
      graph.node!.push({ op_type: 'Shape', input: [value], output: ['unused'] }),
    );
    expect(stagesOf(divided)).toEqual(expected);
    expect(operators(graphsOf(divided!)[1]!)).toContain('Shape');
  });
});

it('a pool without a stride has one of 1', () => {
  const divided = divide(bytes, (graph) => removeAttribute(nodeOf(graph, 'pool2'), 'strides'));
  expect(stagesOf(divided)).toEqual([conv2, 'pool 3/1', conv3, pool3]);
});

it('of two separate runs, the one with more weights is chosen', () => {
  const between = (graph: GraphProto) => (nodeOf(graph, 'pool2').op_type = 'AveragePool');
  expect(stagesOf(divide(bytes, between))).toEqual([conv2]);
  const lighter = (graph: GraphProto) => {
    between(graph);
    setFilters(graph, 'conv2', [64, 32, 3, 3]);
    setFilters(graph, 'conv3', [64, 32, 5, 5]);
  };
  const divided = divide(bytes, lighter)!;
  expect(stagesOf(divided)).toEqual(['5×5 of 64 → 64, 2 groups, padding 1', pool3]);
  expect(operators(graphsOf(divided)[0]!)).toEqual([
    'Conv',
    'Relu',
    'Conv',
    'Relu',
    'AveragePool',
    ...handOver,
  ]);
});

describe('The number of channels', () => {
  const withFilters = (conv1: number, second: number, third: number): Uint8Array => {
    const filters: Readonly<Record<string, number>> = { conv1, conv2: second, conv3: third };
    const layers = smallWideNetwork.layers.map((layer) =>
      layer.kind === 'convolution' ? { ...layer, filters: filters[layer.name] ?? 0 } : layer,
    );
    return onnxOf({ ...smallWideNetwork, layers });
  };
  const of = (channels: number, outputs: number) => `5×5 of ${channels} → ${outputs}, padding 2`;

  it.each<[string, [number, number, number], string[] | undefined]>([
    ['of 32 a group is enough', [32, 64, 64], whole],
    ['of 28 is not', [28, 64, 64], [conv3, pool3]],
    ['that is not a multiple of four is not supported', [34, 64, 64], [conv3, pool3]],
    ['of 36 is', [36, 64, 64], [of(36, 64), pool2, conv3, pool3]],
    ['of 30 in each of two groups is not enough', [32, 60, 64], [of(32, 60), pool2]],
    ['of 34 in each of two groups is not supported', [32, 68, 64], [of(32, 68), pool2]],
    ['of outputs of 28 a group is not enough', [32, 64, 56], [conv2, pool2]],
    ['of outputs that is not a multiple of four is not supported', [32, 66, 64], undefined],
  ])('%s', (_what, filters, expected) => {
    expect(stagesOf(divide(withFilters(...filters)))).toEqual(expected);
  });
});

it('values computed from constants alone do not bypass a run: both parts have them', () => {
  const divided = divide(bytes, (graph) => {
    graph.node!.unshift({ op_type: 'Neg', input: ['fc5.bias'], output: ['computed'] });
    nodeOf(graph, 'fc5').input![2] = 'computed';
  })!;
  for (const { bytes: part } of [divided.before, divided.after])
    expect(decodeModel(part).graph.node!.map(({ op_type }) => op_type)).toContain('Neg');
});

describe('A graph is left whole', () => {
  it('with LeNet-5’s few channels', () => {
    expect(divide(onnxOf(lenet5()))).toBeUndefined();
  });

  it('when it is quantised', async () => {
    const images = [2, 3].map((seed) => randomPixels(1, seed).subarray(0, IMAGE_BYTES));
    const int8 = await quantizeModel(bytes, images, { threads: 1, weightBits: 7 });
    expect(divide(int8.bytes)).toBeUndefined();
  });

  it.each<[string, (graph: GraphProto) => void]>([
    [
      'when a value bypasses the run, as around a residual block',
      (graph) => {
        nodeOf(graph, 'fc4.flat').input = ['sum'];
        const sum = { op_type: 'Add', input: ['pool3', 'conv1'], output: ['sum'] };
        graph.node!.splice(graph.node!.indexOf(nodeOf(graph, 'fc4.flat')), 0, sum);
      },
    ],
    [
      'when its input bypasses the run',
      (graph) => {
        nodeOf(graph, 'fc4.flat').input = ['sum'];
        const sum = { op_type: 'Add', input: ['pool3', 'front.scaled'], output: ['sum'] };
        graph.node!.splice(graph.node!.indexOf(nodeOf(graph, 'fc4.flat')), 0, sum);
      },
    ],
    [
      'when a value inside the run is an output, too',
      (graph) => graph.output!.push({ ...graph.output![0]!, name: 'pool2' }),
    ],
    [
      'when there are two outputs behind the run',
      (graph) => graph.output!.push({ ...graph.output![0]!, name: 'fc5' }),
    ],
    ['when its only output is the run’s last value', (graph) => (graph.output![0]!.name = 'pool3')],
    ['when its only output is before the run', (graph) => (graph.output![0]!.name = 'conv1.relu')],
    ['when it has no output', (graph) => (graph.output = [])],
    [
      'when the run begins at the input',
      (graph) => {
        graph.node = graph.node!.filter(({ output }) => !output![0]!.startsWith('conv1'));
        nodeOf(graph, 'conv2').input![0] = 'front.scaled';
      },
    ],
    ['when it has no nodes', (graph) => (graph.node = [])],
  ])('%s', (_what, change) => {
    expect(divide(bytes, change)).toBeUndefined();
  });

  it('with more channels than the kernel has room for', () => {
    const withChannels = (channels: number) => (graph: GraphProto) => {
      setFilters(graph, 'conv2', [64, channels, 3, 3]);
      setFilters(graph, 'conv3', [64, channels / 2, 3, 3]);
    };
    expect(stagesOf(divide(bytes, withChannels(4096)))).toHaveLength(4);
    expect(divide(bytes, withChannels(4104))).toBeUndefined();
  });
});
