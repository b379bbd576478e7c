import { brotliCompressSync, constants } from 'node:zlib';
import { DATA_TYPE, decodeModel, type TensorProto } from '../../src/model/onnx/proto.js';
import type { SparseTensor } from '../../src/model/onnx/sparse-bytes.js';
import { PACK_MAGIC, PACK_STREAMS, type PackedPiece } from '../../src/model/onnx/unpack-model.js';
import { encodeSparse } from './encode-sparse.js';

type Streams = Record<(typeof PACK_STREAMS)[number], Uint8Array[]>;

/**
 * Packs a model.
 * @throws SmearwatchError `model-unloadable` when the bytes are not an ONNX model
 */
export function packModel(onnx: Uint8Array): Uint8Array {
  const pieces: PackedPiece[] = [];
  const streams: Streams = { literals: [], steps: [], gaps: [], counts: [] };
  let at = 0;
  const addLiteral = (end: number) => {
    if (end > at) pieces.push({ kind: 'literal', bytes: end - at });
    streams.literals.push(onnx.subarray(at, end));
  };
  for (const { from, end, sparse } of compactTensors(onnx)) {
    addLiteral(from);
    const { steps, gaps, counts } = sparse;
    pieces.push({
      kind: 'sparse',
      outputs: steps.length,
      size: (end - from) / 4,
      gaps: gaps.length,
      counts: counts.length,
    });
    streams.steps.push(new Uint8Array(steps.buffer));
    streams.gaps.push(gaps);
    streams.counts.push(new Uint8Array(counts.buffer));
    at = end;
  }
  addLiteral(onnx.length);
  return assemble(onnx.length, pieces, streams);
}

/** The model's compact tensors with their places in the file, in order. */
function compactTensors(onnx: Uint8Array): { from: number; end: number; sparse: SparseTensor }[] {
  return (decodeModel(onnx).graph.initializer ?? []).flatMap((tensor) => {
    const { raw_data: raw, dims = [] } = tensor;
    if (!isMatrix(tensor) || raw === undefined) return [];
    // `raw` is a view of the file's bytes: its place in them is its place in the file.
    const from = raw.byteOffset - onnx.byteOffset;
    const sparse = encodeSparse(new Float32Array(new Uint8Array(raw).buffer), dims[0] ?? 1);
    return sparse === undefined ? [] : [{ from, end: from + raw.byteLength, sparse }];
  });
}

/** Whether a tensor is a matrix of trained weights: float32, with outputs first (see layout.ts). */
function isMatrix({ data_type, dims = [], raw_data }: TensorProto): boolean {
  return data_type === DATA_TYPE.float && dims.length > 1 && (raw_data?.byteLength ?? 0) > 0;
}

function assemble(bytes: number, pieces: PackedPiece[], streams: Streams): Uint8Array {
  const joined = PACK_STREAMS.map((name) => Buffer.concat(streams[name]));
  const packed = joined.map(compress);
  const sizes = PACK_STREAMS.map((name, i) => [
    name,
    { packed: packed[i]?.length ?? 0, bytes: joined[i]?.length ?? 0 },
  ]);
  const header = Buffer.from(
    JSON.stringify({ packVersion: 1, bytes, pieces, streams: Object.fromEntries(sizes) as unknown }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([PACK_MAGIC, length, header, ...packed]);
}

function compress(bytes: Uint8Array): Buffer {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}
