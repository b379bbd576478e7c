import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { messageOf, SmearwatchError } from '../../errors.js';
import { DATA_TYPE, decodeModel, type TensorProto } from './proto.js';
import { decodeSparse, encodeSparse, type SparseTensor } from './sparse-bytes.js';

/**
 * The packed form of a model file, for models that travel in a repository: lossless for every ONNX file, and
 * small when its weights are compact (`compactWeights`). It cuts the file into pieces, in order: literal
 * bytes, and the raw bytes of compact tensors as sparse streams. Layout: "SWPK", header's length (uint32,
 * little-endian), header (JSON), then the streams of all pieces, joined by kind, each Brotli. Because pieces
 * are bytes of the file and not messages, unpacking gives the same bytes with every version of every library.
 */
const MAGIC = Buffer.from('SWPK');
const STREAMS = ['literals', 'steps', 'gaps', 'counts'] as const;
const count = z
  .int()
  .min(0)
  .max(2 ** 31);

const headerSchema = z.strictObject({
  packVersion: z.literal(1),
  /** Size of the unpacked file. */
  bytes: count,
  pieces: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('literal'), bytes: count }),
      z.strictObject({
        kind: z.literal('sparse'),
        outputs: count.min(1),
        size: count.min(1),
        gaps: count,
        counts: count,
      }),
    ]),
  ),
  /** Sizes of the streams, packed and unpacked. */
  streams: z.record(z.enum(STREAMS), z.strictObject({ packed: count, bytes: count })),
});
type PackHeader = z.infer<typeof headerSchema>;
type PackedPiece = PackHeader['pieces'][number];
type Streams = Record<(typeof STREAMS)[number], Uint8Array[]>;

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
  const joined = STREAMS.map((name) => Buffer.concat(streams[name]));
  const packed = joined.map(compress);
  const sizes = STREAMS.map((name, i) => [
    name,
    { packed: packed[i]?.length ?? 0, bytes: joined[i]?.length ?? 0 },
  ]);
  const header = Buffer.from(
    JSON.stringify({ packVersion: 1, bytes, pieces, streams: Object.fromEntries(sizes) as unknown }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([MAGIC, length, header, ...packed]);
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

/**
 * Unpacks a model to the exact bytes that were packed.
 * @throws SmearwatchError `model-damaged` when `packModel` did not write the packed bytes
 */
export function unpackModel(packed: Uint8Array): Uint8Array {
  try {
    const buffer = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    const { header, streams } = disassemble(buffer);
    return join(header, streams);
  } catch (error) {
    throw new SmearwatchError('model-damaged', `A packed model is damaged: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function disassemble(buffer: Buffer): { header: PackHeader; streams: Record<keyof Streams, Uint8Array> } {
  if (!buffer.subarray(0, 4).equals(MAGIC)) throw new RangeError('it does not start with SWPK');
  let at = 8 + buffer.readUInt32LE(4);
  const header = headerSchema.parse(JSON.parse(buffer.toString('utf8', 8, at)));
  const streams = STREAMS.map((name) => {
    const { packed, bytes } = header.streams[name];
    const stream = brotliDecompressSync(buffer.subarray(at, at + packed), {
      maxOutputLength: Math.max(bytes, 1),
    });
    if (stream.length !== bytes) throw new RangeError(`its ${name} are truncated`);
    at += packed;
    return [name, stream] as const;
  });
  return { header, streams: Object.fromEntries(streams) as unknown as Record<keyof Streams, Uint8Array> };
}

function join({ bytes, pieces }: PackHeader, streams: Record<keyof Streams, Uint8Array>): Uint8Array {
  const out = new Uint8Array(bytes);
  const taken = { literals: 0, steps: 0, gaps: 0, counts: 0 };
  const take = (name: keyof Streams, length: number): Uint8Array =>
    streams[name].subarray(taken[name], (taken[name] += length));
  let at = 0;
  for (const piece of pieces) {
    const restored = restore(piece, take);
    out.set(restored, at);
    at += restored.length;
  }
  if (at !== bytes) throw new RangeError(`it unpacks to ${at} bytes and not ${bytes}`);
  return out;
}

function restore(piece: PackedPiece, take: (name: keyof Streams, length: number) => Uint8Array): Uint8Array {
  if (piece.kind === 'literal') return take('literals', piece.bytes);
  const steps = new Float32Array(new Uint8Array(take('steps', 4 * piece.outputs)).buffer);
  const gaps = take('gaps', piece.gaps);
  const counts = new Int8Array(new Uint8Array(take('counts', piece.counts)).buffer);
  return new Uint8Array(decodeSparse({ steps, gaps, counts }, piece.size).buffer);
}
