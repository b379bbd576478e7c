import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { messageOf, SmearwatchError, type SmearwatchErrorOptions } from '../../errors.js';

/**
 * ONNX messages as plain objects with the field names of onnx.proto. Everything is optional, as it is there.
 * `decodeModel` and `encodeModel` also keep fields that Smearwatch does not use.
 */
export interface ModelProto {
  ir_version?: number;
  opset_import?: { domain?: string; version?: number }[];
  producer_name?: string;
  producer_version?: string;
  graph?: GraphProto;
  metadata_props?: { key?: string; value?: string }[];
}

export interface GraphProto {
  name?: string;
  node?: NodeProto[];
  initializer?: TensorProto[];
  sparse_initializer?: unknown[];
  input?: ValueInfoProto[];
  output?: ValueInfoProto[];
  value_info?: ValueInfoProto[];
}

export interface NodeProto {
  name?: string;
  op_type?: string;
  domain?: string;
  input?: string[];
  output?: string[];
  attribute?: AttributeProto[];
}

export interface AttributeProto {
  name?: string;
  type?: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats?: number[];
  ints?: number[];
  strings?: Uint8Array[];
}

export interface TensorProto {
  name?: string;
  dims?: number[];
  data_type?: number;
  /** Little-endian values. After `decodeModel` they are a view of the file's bytes, not a copy. */
  raw_data?: Uint8Array;
  float_data?: number[];
  int32_data?: number[];
  int64_data?: number[];
  data_location?: number;
  external_data?: { key?: string; value?: string }[];
}

export interface ValueInfoProto {
  name?: string;
  type?: TypeProto;
}

export interface TypeProto {
  tensor_type?: { elem_type?: number; shape?: { dim?: { dim_value?: number; dim_param?: string }[] } };
  sequence_type?: { elem_type?: TypeProto };
}

/** Values of `TensorProto.DataType`. */
export const DATA_TYPE = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
/** Values of `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;
/** The value of `TensorProto.DataLocation` for tensors in other files. */
export const EXTERNAL = 1;

/** ONNX's own description of its files, which is not ours. */
const ONNX_PROTO = new URL('../../../vendor/onnx.proto', import.meta.url);
const root = protobuf.parse(readFileSync(ONNX_PROTO, 'utf8'), { keepCase: true }).root;
const modelType = root.lookupType('onnx.ModelProto');
const graphType = root.lookupType('onnx.GraphProto');
const tensorType = root.lookupType('onnx.TensorProto');

/**
 * Decodes an ONNX file's bytes; its tensors are views of them.
 * @throws SmearwatchError `model-unloadable` when they are not an ONNX model, truncated, or refer to other
 *   files
 */
export function decodeModel(bytes: Uint8Array, name = 'The ONNX model'): ModelProto & { graph: GraphProto } {
  const model = decodeSkeleton(bytes, name);
  for (const tensor of model.graph.initializer ?? []) {
    if (tensor.data_location === EXTERNAL || (tensor.external_data?.length ?? 0) > 0) {
      throw unloadable(`${name} keeps ${tensor.name ?? 'a tensor'} in another file`, {
        hint: 'Save the model with its weights inside (onnx.save_model with save_as_external_data=False).',
      });
    }
  }
  return model;
}

/** Decodes a model whose tensors may be in other files. @throws SmearwatchError `model-unloadable` */
export function decodeSkeleton(bytes: Uint8Array, name: string): ModelProto & { graph: GraphProto } {
  const { graph, ...rest } = decode(bytes, name);
  if (graph === undefined) throw unloadable(`${name} has no graph`);
  return { ...rest, graph };
}

function decode(bytes: Uint8Array, name: string): ModelProto {
  // protobufjs slices a Buffer without copying it.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return modelType.toObject(modelType.decode(buffer), { longs: Number });
  } catch (error) {
    throw unloadable(`${name} is not a complete ONNX file: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Encodes some fields of a TensorProto. Concatenated messages of one type are merged, so these bytes add to
 * others.
 */
export function encodeTensorFields(fields: TensorProto): Buffer {
  return Buffer.from(tensorType.encode(tensorType.fromObject(fields)).finish());
}

/** A tensor whose bytes are produced only when their place in the file is reached. */
export interface LazyTensor {
  readonly proto: TensorProto;
  readonly bytes: number;
  readonly write: () => Uint8Array;
}

/**
 * Encodes a model, with `tensors` as further initializers. A network's weights are most of the file, so the
 * result is allocated once, at its size, and one tensor at a time is converted into it: protobufjs encodes
 * the messages, and this function the two levels of length prefix around the tensors.
 */
export function encodeModel(model: ModelProto, tensors: readonly LazyTensor[] = []): Uint8Array {
  const { graph = {}, ...rest } = model;
  const head = modelType.encode(modelType.fromObject(rest)).finish();
  const graphHead = graphType.encode(graphType.fromObject(graph)).finish();
  const parts = tensors.map((tensor) => ({ tensor, prefix: tensorPrefix(tensor) }));
  const tensorBytes = parts.reduce((sum, { tensor, prefix }) => sum + prefix.length + tensor.bytes, 0);
  const graphTag = fieldPrefix(modelType, 'graph', graphHead.length + tensorBytes);
  const out = new Uint8Array(head.length + graphTag.length + graphHead.length + tensorBytes);
  let at = 0;
  const append = (bytes: Uint8Array) => {
    out.set(bytes, at);
    at += bytes.length;
  };
  [head, graphTag, graphHead].forEach(append);
  for (const { tensor, prefix } of parts) {
    append(prefix);
    append(tensor.write());
  }
  return out;
}

/** Encodes an initializer up to its raw bytes. */
function tensorPrefix({ proto, bytes }: LazyTensor): Uint8Array {
  const fields = tensorType.encode(tensorType.fromObject(proto)).finish();
  const raw = fieldPrefix(tensorType, 'raw_data', bytes);
  const own = fieldPrefix(graphType, 'initializer', fields.length + raw.length + bytes);
  return Buffer.concat([own, fields, raw]);
}

/** Tag and length of a length-delimited field (wire type 2). */
function fieldPrefix(type: protobuf.Type, field: string, length: number): Uint8Array {
  const id = type.fields[field]?.id ?? 0;
  return protobuf.Writer.create()
    .uint32((id << 3) | 2)
    .uint32(length)
    .finish();
}

export function unloadable(message: string, options?: SmearwatchErrorOptions): SmearwatchError {
  return new SmearwatchError('model-unloadable', message, options);
}
