import { brotliDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { messageOf, SmearwatchError } from '../../errors.js';
import { decodeSparse } from './sparse-bytes.js';

/**
 * The packed form of a model file, for models that travel in a repository: lossless for every ONNX file, and
 * small when its weights are compact (`compactWeights`). It cuts the file into pieces, in order: literal
 * bytes, and the raw bytes of compact tensors as sparse streams. Layout: "SWPK", header's length (uint32,
 * little-endian), header (JSON), then the streams of all pieces, joined by kind, each Brotli. Because pieces
 * are bytes of the file and not messages, unpacking gives the same bytes with every version of every library.
 */
export const PACK_MAGIC = Buffer.from('SWPK');
export const PACK_STREAMS = ['literals', 'steps', 'gaps', 'counts'] as const;
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
  streams: z.record(z.enum(PACK_STREAMS), z.strictObject({ packed: count, bytes: count })),
});
type PackHeader = z.infer<typeof headerSchema>;
export type PackedPiece = PackHeader['pieces'][number];
type StreamName = (typeof PACK_STREAMS)[number];

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

function disassemble(buffer: Buffer): { header: PackHeader; streams: Record<StreamName, Uint8Array> } {
  if (!buffer.subarray(0, 4).equals(PACK_MAGIC)) throw new RangeError('it does not start with SWPK');
  let at = 8 + buffer.readUInt32LE(4);
  const header = headerSchema.parse(JSON.parse(buffer.toString('utf8', 8, at)));
  const streams = PACK_STREAMS.map((name) => {
    const { packed, bytes } = header.streams[name];
    const stream = brotliDecompressSync(buffer.subarray(at, at + packed), {
      maxOutputLength: Math.max(bytes, 1),
    });
    if (stream.length !== bytes) throw new RangeError(`its ${name} are truncated`);
    at += packed;
    return [name, stream] as const;
  });
  return { header, streams: Object.fromEntries(streams) as unknown as Record<StreamName, Uint8Array> };
}

function join({ bytes, pieces }: PackHeader, streams: Record<StreamName, Uint8Array>): Uint8Array {
  const out = new Uint8Array(bytes);
  const taken = { literals: 0, steps: 0, gaps: 0, counts: 0 };
  const take = (name: StreamName, length: number): Uint8Array =>
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

function restore(piece: PackedPiece, take: (name: StreamName, length: number) => Uint8Array): Uint8Array {
  if (piece.kind === 'literal') return take('literals', piece.bytes);
  const steps = new Float32Array(new Uint8Array(take('steps', 4 * piece.outputs)).buffer);
  const gaps = take('gaps', piece.gaps);
  const counts = new Int8Array(new Uint8Array(take('counts', piece.counts)).buffer);
  return new Uint8Array(decodeSparse({ steps, gaps, counts }, piece.size).buffer);
}
