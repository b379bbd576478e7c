import { constantTensor, GraphBuilder, tensorInfo } from '../../../src/model/onnx/nodes.js';
import { DATA_TYPE, encodeModel, type ModelProto } from '../../../src/model/onnx/proto.js';
import type { ImportStatement } from '../../../src/model/import/statement.js';
import { randomNumbers } from '../onnx/random-weights.js';

export const statement: ImportStatement = {
  classes: ['a', 'b', 'c'],
  inputSize: 256,
  layout: 'nchw',
  channels: 'rgb',
  scale: 255,
  mean: [0.4, 0.5, 0.6],
  deviation: [0.2, 0.25, 0.5],
  outputIs: 'logits',
};

export interface ForeignOptions {
  readonly batch?: number | string;
  readonly side?: number;
  readonly opset?: number;
  readonly classes?: number;
  readonly layout?: 'nchw' | 'nhwc';
  readonly end?: 'logits' | 'softmax' | 'sigmoid';
  /** The shape that the features are brought into, in front of the last layer. */
  readonly reshape?: readonly (readonly bigint[])[];
  /** Any other change of the file. */
  readonly change?: (model: ModelProto, builder: GraphBuilder) => ModelProto;
}

/** A small network as other programs export them: convolution, ReLU, mean, Flatten or Reshape, Gemm. */
export function foreignFile(options: ForeignOptions = {}): Uint8Array {
  const { batch = 'batch', side = 256, opset = 17, classes = 3, layout = 'nchw', end = 'logits' } = options;
  const builder = new GraphBuilder();
  const random = randomNumbers(5);
  const weights = (name: string, dims: readonly number[]) =>
    builder.constant(
      name,
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 2 * random() - 1),
    );
  // As Keras exports: its layout outside, ONNX's inside.
  const planes =
    layout === 'nhwc' ? builder.node('Transpose', 'planes', ['image'], { perm: [0, 3, 1, 2] }) : 'image';
  const sums = builder.node('Conv', 'conv', [planes, weights('w1', [4, 3, 5, 5]), weights('b1', [4])], {
    strides: [3, 3],
  });
  const mean = builder.node('GlobalAveragePool', 'mean', [builder.node('Relu', 'relu', [sums])]);
  const scores = builder.node('Gemm', 'scores', [
    addFlat(builder, mean, options.reshape),
    weights('w2', [4, classes]),
    weights('b2', [classes]),
  ]);
  if (end === 'softmax') builder.node('Softmax', 'out', [scores], { axis: 1 });
  if (end === 'sigmoid') builder.node('Sigmoid', 'out', [scores]);
  const sides = layout === 'nchw' ? [3, side, side] : [side, side, 3];
  const model: ModelProto = {
    ir_version: 8,
    opset_import: [{ domain: '', version: opset }],
    producer_name: 'test',
    graph: {
      name: 'foreign',
      node: builder.nodes,
      input: [tensorInfo('image', DATA_TYPE.float, [batch, ...sides])],
      output: [tensorInfo(end === 'logits' ? 'scores' : 'out', DATA_TYPE.float, [batch, classes])],
    },
  };
  const changed = options.change?.(model, builder) ?? model;
  return encodeModel(changed, builder.constants.map(constantTensor));
}

function addFlat(builder: GraphBuilder, value: string, shapes: ForeignOptions['reshape']): string {
  if (shapes === undefined) return builder.node('Flatten', 'flat', [value]);
  let flat = value;
  for (const [index, shape] of shapes.entries()) {
    const sides = builder.constant(`shape${index}`, [shape.length], BigInt64Array.from(shape));
    flat = builder.node('Reshape', `flat${index}`, [flat, sides]);
  }
  return flat;
}

/** Adds the weights to the inputs, as in files before IR version 4. */
export function withWeightsAsInputs(
  { graph, ...model }: ModelProto,
  { constants }: GraphBuilder,
): ModelProto {
  const weights = constants.map(({ name, dims }) => tensorInfo(name, DATA_TYPE.float, dims));
  return { ...model, ir_version: 3, graph: { ...graph, input: [...(graph?.input ?? []), ...weights] } };
}
