import { describe, expect, it } from 'vitest';
import { alexnet } from '../../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../../src/model/networks/lenet5.js';
import type { Front } from '../../../../src/model/networks/network.js';
import { cutFront } from '../../../../src/model/accelerate/front/cut-front.js';
import {
  decodeModel,
  encodeModel,
  type GraphProto,
  type NodeProto,
} from '../../../../src/model/onnx/proto.js';
import { quantizeModel } from '../../../../src/model/quantize/quantize-model.js';
import { IMAGE_BYTES } from '../../../../src/images.js';
import { onnxOf } from '../../onnx/onnx-file.js';
import { randomPixels } from '../../onnx/random-weights.js';
import { smallAlexNet } from '../../onnx/small-networks.js';

const operators = ({ node = [] }: GraphProto) => node.map(({ op_type }) => op_type);
const inputOf = ({ input = [] }: GraphProto) =>
  input.map(({ name, type }) => {
    const { elem_type, shape } = type!.tensor_type!;
    return [name, elem_type, ...shape!.dim!.map((side) => side.dim_value ?? side.dim_param)];
  });

const scaleOf = ({ initializer = [] }: GraphProto) =>
  initializer.find(({ name }) => name === 'front.resized.scale')!;

async function quantized(network = smallAlexNet): Promise<Uint8Array> {
  const pixels = randomPixels(4);
  const images = Array.from({ length: 4 }, (_, i) => pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES));
  const { bytes } = await quantizeModel(onnxOf(network), images, { threads: 1, weightBits: 7 });
  return bytes;
}

it.each([
  ['AlexNet', alexnet(), 227],
  ['LeNet-5', lenet5(), 32],
])(
  '%s is cut between its front and its first convolution',
  (_name, network, side) => {
    const model = decodeModel(onnxOf(network));
    const before = operators(model.graph);
    const cut = cutFront(model)!;
    expect(cut.front).toEqual(network.front);
    const { graph } = decodeModel(encodeModel(cut.model));
    expect(operators(graph)).toEqual(before.slice(5));
    expect(graph.node![0]).toMatchObject({
      op_type: 'Conv',
      input: ['front.scaled', 'conv1.weight', 'conv1.bias'],
    });
    expect(inputOf(graph)).toEqual([['front.scaled', 1, 'N', 3, side, side]]);
    expect(graph.initializer!.filter(({ name }) => name?.startsWith('front.'))).toEqual([]);
    expect(graph.output).toEqual(model.graph.output);
  },
  120_000,
);

it('a quantised network is cut after the conversion to levels, and reads pixels', async () => {
  const cut = cutFront(decodeModel(await quantized()))!;
  expect(cut.front).toMatchObject({ kind: 'resize', side: 39, mean: [0, 0, 0], deviation: [1, 1, 1] });
  expect(cut.front.levels).toEqual({ scale: 1, zeroPoint: 0 });
  const { graph } = decodeModel(encodeModel(cut.model));
  expect(operators(graph).slice(0, 2)).toEqual(['Transpose', 'DequantizeLinear']);
  expect(inputOf(graph)).toEqual([[cut.inputName, 2, 'N', 39, 39, 3]]);
});

it.each<[string, (graph: GraphProto) => void]>([
  ['a scale of 0', (graph) => (scaleOf(graph).raw_data = new Uint8Array(4))],
  ['a scale per channel', (graph) => (scaleOf(graph).raw_data = new Uint8Array(12).fill(1))],
  ['a scale that is computed', (graph) => (scaleOf(graph).name = 'elsewhere')],
])('a quantised network with %s is cut before the step to levels', async (_what, change) => {
  const model = decodeModel(await quantized());
  change(model.graph);
  const cut = cutFront(model)!;
  expect(cut.front).not.toHaveProperty('levels');
  const { graph } = decodeModel(encodeModel(cut.model));
  expect(operators(graph)[0]).toBe('QuantizeLinear');
  expect(inputOf(graph)).toEqual([['front.resized', 1, 'N', 3, 39, 39]]);
});

describe('A graph is left whole', () => {
  const nodeOf = (graph: GraphProto, type: string): NodeProto =>
    graph.node!.find(({ op_type }) => op_type === type)!;
  const attributeOf = (graph: GraphProto, type: string, name: string) =>
    nodeOf(graph, type).attribute!.find((each) => each.name === name)!;
  const constantOf = (graph: GraphProto, name: string) =>
    graph.initializer!.find((each) => each.name === name)!;
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

  it.each<[string, (graph: GraphProto) => void]>([
    [
      'that transposes the image differently',
      (graph) => (attributeOf(graph, 'Transpose', 'perm').ints = [0, 3, 2, 1]),
    ],
    ['that computes with another type', (graph) => (attributeOf(graph, 'Cast', 'to').i = 11)],
    ['with other neighbours', (graph) => (attributeOf(graph, 'Resize', 'mode').s = Buffer.from('cubic'))],
    [
      'with other centres',
      (graph) =>
        (attributeOf(graph, 'Resize', 'coordinate_transformation_mode').s = Buffer.from('align_corners')),
    ],
    [
      'with antialias',
      (graph) => nodeOf(graph, 'Resize').attribute!.push({ name: 'antialias', type: 2, i: 1 }),
    ],
    ['that is not square', (graph) => (constantOf(graph, 'front.scales').raw_data = floats(1, 1, 0.5, 0.25))],
    [
      'whose side is not a whole number',
      (graph) => (constantOf(graph, 'front.scales').raw_data = floats(1, 1, 0.3, 0.3)),
    ],
    [
      'that is tiny',
      (graph) => (constantOf(graph, 'front.scales').raw_data = floats(1, 1, 1 / 128, 1 / 128)),
    ],
    ['with a size instead of a scale', (graph) => nodeOf(graph, 'Resize').input!.push('sizes')],
    ['with a region', (graph) => (nodeOf(graph, 'Resize').input![1] = 'front.mean')],
    ['with one mean for each row', (graph) => (constantOf(graph, 'front.mean').dims = [3, 1, 1, 1])],
    ['that divides by zero', (graph) => (constantOf(graph, 'front.deviation').raw_data = floats(60, 0, 40))],
    [
      'whose mean is computed',
      (graph) => {
        graph.node!.push({ op_type: 'Neg', input: ['front.deviation'], output: ['mean'] });
        nodeOf(graph, 'Sub').input![1] = 'mean';
      },
    ],
    [
      'that also reads the pixels elsewhere',
      (graph) => graph.node!.push({ op_type: 'Shape', input: ['image'], output: ['shape'] }),
    ],
    ['that outputs its input', (graph) => graph.output!.push({ ...graph.output![0]!, name: 'front.float' })],
    ['of another domain', (graph) => (nodeOf(graph, 'Cast').domain = 'com.example')],
    [
      'of bytes in another order',
      (graph) => (graph.input![0]!.type!.tensor_type!.shape!.dim![1] = { dim_value: 3 }),
    ],
    ['of one image', (graph) => (graph.input![0]!.type!.tensor_type!.shape!.dim![0] = { dim_value: 1 })],
    ['of signed bytes', (graph) => (graph.input![0]!.type!.tensor_type!.elem_type = 3)],
    ['with a second input', (graph) => graph.input!.push({ ...graph.input![0]!, name: 'mask' })],
    [
      'whose large weights ONNX Runtime would leave in the file',
      (graph) => {
        const place = { data_location: 1, external_data: [{ key: 'location', value: 'model.onnx' }] };
        Object.assign(constantOf(graph, 'conv1.weight'), { raw_data: undefined, ...place });
        graph.node!.push({ op_type: 'Neg', input: ['conv1.weight'], output: ['unpacked'] });
      },
    ],
  ])('%s', (_what, change) => {
    const model = decodeModel(onnxOf(smallAlexNet));
    expect(cutFront(model)).toBeDefined();
    change(model.graph);
    expect(cutFront(model)).toBeUndefined();
  });
});

it.each<[string, string[], string, Partial<Front>]>([
  ['without a change of size', ['Resize'], 'front.float', { side: 256 }],
  ['without scaling', ['Sub', 'Div'], 'front.resized', { mean: [0, 0, 0], deviation: [1, 1, 1] }],
])('a front %s is one', (_what, removed, end, expected) => {
  const { graph, ...model } = decodeModel(onnxOf(smallAlexNet));
  const node = graph.node!.filter(({ op_type = '' }) => !removed.includes(op_type));
  const reader = node.find(({ op_type }) => op_type === (removed[0] === 'Resize' ? 'Sub' : 'Conv'))!;
  reader.input![0] = end;
  const cut = cutFront({ ...model, graph: { ...graph, node } });
  expect(cut?.front).toEqual({ ...smallAlexNet.front, ...expected });
});

it('planes of floats alone are not cut', () => {
  const { graph, ...model } = decodeModel(onnxOf(smallAlexNet));
  const node = graph.node!.filter(({ op_type = '' }) => !['Resize', 'Sub', 'Div'].includes(op_type));
  node.find(({ op_type }) => op_type === 'Conv')!.input![0] = 'front.float';
  expect(cutFront({ ...model, graph: { ...graph, node } })).toBeUndefined();
});
