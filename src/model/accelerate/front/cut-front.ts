import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../../images.js';
import type { Front } from '../../networks/network.js';
import { Chain } from '../chain.js';
import { INPUT_NAME } from '../../onnx/names.js';
import { isPacked } from '../../onnx/packed.js';
import { GraphBuilder, tensorInfo } from '../../onnx/nodes.js';
import { DATA_TYPE, EXTERNAL, type GraphProto, type ModelProto } from '../../onnx/proto.js';

/** A front, and the step behind it that quantised networks have: level = round(input / scale) + zeroPoint. */
export interface CutFront extends Front {
  readonly levels?: { readonly scale: number; readonly zeroPoint: number };
}

/** A model without its front. */
export interface CutModel {
  readonly front: CutFront;
  /** The model reads one input: float32 [N,3,side,side], or with `levels` uint8 [N,side,side,3]. */
  readonly model: ModelProto & { graph: GraphProto };
  readonly inputName: string;
}

/** Sides that the kernel (native/front) computes: 256 images of the largest are 0.8 GB. */
const SIDES = { least: 4, most: 512 } as const;

/**
 * Cuts off the nodes that convert pixels to a network's input: those of our own networks
 * (../../onnx/graph.ts), and those that import puts before foreign ones (../../import/front.ts). ONNX
 * Runtime spends a twentieth of AlexNet's time on them, and a third of a quantised AlexNet's.
 * @returns undefined when the graph begins with anything else; then it has to be run whole
 */
export function cutFront(model: ModelProto & { graph: GraphProto }): CutModel | undefined {
  const { graph } = model;
  const chain = new Chain(graph, INPUT_NAME);
  const front = isContractsInput(graph) ? readFront(chain) : undefined;
  if (front === undefined || !keepsNothingMapped(graph)) return undefined;
  const builder = new GraphBuilder();
  const inputName = front.levels ? `${chain.end}.pixels` : chain.end;
  if (front.levels) builder.node('Transpose', chain.end, [inputName], { perm: [0, 3, 1, 2] });
  const nodes = [...builder.nodes, ...(graph.node ?? []).filter((node) => !chain.nodes.has(node))];
  const used = new Set(nodes.flatMap(({ input }) => input ?? []));
  const { side } = front;
  const input = front.levels
    ? tensorInfo(inputName, DATA_TYPE.uint8, ['N', side, side, IMAGE_CHANNELS])
    : tensorInfo(inputName, DATA_TYPE.float, ['N', IMAGE_CHANNELS, side, side]);
  const initializer = (graph.initializer ?? []).filter(({ name }) => used.has(name ?? ''));
  const rest = { ...graph, node: nodes, input: [input], initializer, value_info: [] };
  return { front, inputName, model: { ...model, graph: rest } };
}

/** Whether the only input is uint8 [N,256,256,3]. */
function isContractsInput({ input = [] }: GraphProto): boolean {
  const [image] = input;
  const { elem_type, shape } = image?.type?.tensor_type ?? {};
  const [batch, ...sides] = shape?.dim ?? [];
  const isFree = batch !== undefined && batch.dim_value === undefined;
  const contract = [IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS].join();
  const isShaped = isFree && sides.map(({ dim_value }) => dim_value).join() === contract;
  return input.length === 1 && image?.name === INPUT_NAME && elem_type === DATA_TYPE.uint8 && isShaped;
}

/** Rejects tensors that stay in the file: a mapped file that is cut short ends the process. */
function keepsNothingMapped(graph: GraphProto): boolean {
  const elsewhere = (graph.initializer ?? []).filter(({ data_location }) => data_location === EXTERNAL);
  return elsewhere.every((tensor) => isPacked(graph, tensor));
}

function readFront(chain: Chain): CutFront | undefined {
  if (!chain.take('Transpose', { perm: '0,3,1,2' })) return undefined;
  if (!chain.take('Cast', { to: String(DATA_TYPE.float) })) return undefined;
  const [begun, size] = [chain.nodes.size, readSize(chain)];
  if (size === undefined || size.side < SIDES.least || size.side > SIDES.most) return undefined;
  const scaling = readScaling(chain);
  // Planes of floats alone are not worth a cut: the kernel does not support the nodes that follow.
  return scaling && chain.nodes.size > begun ? { ...size, ...scaling, ...readLevels(chain) } : undefined;
}

/** The step that resizes the image; undefined if the kernel does not support its kind. */
function readSize(chain: Chain): Pick<Front, 'kind' | 'side'> | undefined {
  const resize = chain.take('Resize', { mode: 'linear', coordinate_transformation_mode: 'half_pixel' });
  if (resize) {
    const [, region = '', scales = '', ...others] = resize.input ?? [];
    const [batch, channels, rows = 0, columns] = chain.floats(scales) ?? [];
    const isSquare = batch === 1 && channels === 1 && rows === columns;
    const hasRegion = region !== '' && chain.floats(region)?.length !== 0;
    const side = rows * IMAGE_SIDE;
    return isSquare && !hasRegion && others.length === 0 && Number.isInteger(side)
      ? { kind: 'resize', side }
      : undefined;
  }
  for (let block = 2; block <= IMAGE_SIDE / SIDES.least; block *= 2) {
    const square = `${block},${block}`;
    const pool = chain.take('AveragePool', { kernel_shape: square, strides: square });
    if (pool) return { kind: 'mean-pool', side: IMAGE_SIDE / block };
  }
  return { kind: 'resize', side: IMAGE_SIDE };
}

/** The step (pixel − mean) / deviation, if there is one; undefined if one of the two is not per channel. */
function readScaling(chain: Chain): Pick<Front, 'mean' | 'deviation'> | undefined {
  const subtract = chain.take('Sub', {});
  const mean = subtract ? perChannel(chain, subtract.input?.[1]) : ([0, 0, 0] as const);
  const divide = chain.take('Div', {});
  const deviation = divide ? perChannel(chain, divide.input?.[1]) : ([1, 1, 1] as const);
  if (mean === undefined || deviation === undefined || deviation.includes(0)) return undefined;
  return { mean, deviation };
}

function readLevels(chain: Chain): Pick<CutFront, 'levels'> {
  const last = chain.peek('QuantizeLinear', {});
  const [scale = 0, ...scales] = chain.floats(last?.input?.[1]) ?? [];
  const [zeroPoint, ...zeros] = chain.bytes(last?.input?.[2]) ?? [];
  const isOneScale = scale > 0 && Number.isFinite(scale) && scales.length === 0;
  if (last === undefined || !isOneScale || zeroPoint === undefined || zeros.length > 0) return {};
  chain.add(last);
  return { levels: { scale, zeroPoint } };
}

/** Reads three numbers whose shape broadcasts over N×C×H×W. */
function perChannel(chain: Chain, name: string | undefined): Front['mean'] | undefined {
  const [red, green, blue, ...others] =
    chain.shape(name)?.join() === '1,3,1,1' ? (chain.floats(name) ?? []) : [];
  if (red === undefined || green === undefined || blue === undefined || others.length > 0) return undefined;
  return [red, green, blue];
}
