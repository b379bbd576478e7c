import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  type AttributeProto,
  type LazyTensor,
  type NodeProto,
  type ValueInfoProto,
} from './proto.js';

/** A small constant of a graph; trained tensors are stored separately. */
export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: ConstantValues;
}

export type ConstantValues = Float32Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;

/**
 * Value of a node's attribute. Numbers are integers (`i`, `ints`) unless marked as floats: JavaScript does
 * not distinguish 1 from 1.0.
 */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** Collects nodes and constants. Every node has one output, which has the node's name. */
export class GraphBuilder {
  readonly nodes: NodeProto[] = [];
  readonly constants: Constant[] = [];

  /**
   * Adds a node.
   * @returns the node's name, which is also its output's
   */
  node(type: string, name: string, input: string[], attributes: Record<string, Attribute> = {}): string {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.nodes.push({ op_type: type, name, input, output: [name], attribute });
    return name;
  }

  constant(name: string, dims: readonly number[], values: ConstantValues): string {
    this.constants.push({ name, dims, values });
    return name;
  }
}

function attributeOf(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPE.string, s: Buffer.from(value) };
  if ('float' in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: [...value] };
}

/** Type and shape of a graph's input or output; words are free sides. */
export function tensorInfo(name: string, type: number, shape: readonly (number | string)[]): ValueInfoProto {
  const dim = shape.map((side) => (typeof side === 'string' ? { dim_param: side } : { dim_value: side }));
  return { name, type: { tensor_type: { elem_type: type, shape: { dim } } } };
}

/** Type of a graph's output that is a sequence of tensors. */
export function sequenceInfo(name: string, type: number): ValueInfoProto {
  return { name, type: { sequence_type: { elem_type: { tensor_type: { elem_type: type } } } } };
}

export function constantTensor({ name, dims, values }: Constant): LazyTensor {
  return {
    proto: { name, dims: [...dims], data_type: dataTypeOf(values) },
    bytes: values.byteLength,
    write: () => bytesOf(values),
  };
}

function dataTypeOf(values: ConstantValues): number {
  if (values instanceof Float32Array) return DATA_TYPE.float;
  if (values instanceof BigInt64Array) return DATA_TYPE.int64;
  if (values instanceof Int32Array) return DATA_TYPE.int32;
  return values instanceof Int8Array ? DATA_TYPE.int8 : DATA_TYPE.uint8;
}

/**
 * Bytes of a constant. ONNX is little-endian, like every platform for which Node's binaries of ONNX Runtime
 * exist.
 */
export function bytesOf(values: ConstantValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * Floats of a tensor's bytes. They are copied if needed: a Float32Array needs an offset divisible by 4, and
 * tensors may start anywhere in a file.
 */
export function floatsOf(bytes: Uint8Array): Float32Array {
  return bytes.byteOffset % 4 === 0
    ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    : new Float32Array(new Uint8Array(bytes).buffer);
}
