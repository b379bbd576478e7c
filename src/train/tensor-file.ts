import { createHash } from 'node:crypto';
import { SmearwatchError } from '../errors.js';
import { readIfThere } from '../files/read-if-there.js';
import { replaceFile } from '../files/replace-file.js';

/**
 * A file of named float32 arrays and one JSON value, which exists as a whole or not at all:
 *
 *     "SWTENSOR" | version u32 | header bytes u32 | header (JSON)
 *     | values (little-endian) … | SHA-256 of everything before
 *
 * It is written to a temporary file, synced and renamed, so that a crash leaves the old file or the new one.
 * The SHA-256 detects damage before a training continues from it.
 */
const MAGIC = 'SWTENSOR';
const VERSION = 1;
const PREFIX_BYTES = 16;
const DIGEST_BYTES = 32;

export interface TensorFile<T> {
  readonly meta: T;
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

interface TensorFileHeader {
  readonly meta: unknown;
  readonly tensors: readonly { readonly name: string; readonly length: number }[];
}

export async function writeTensorFile<T>(path: string, { meta, tensors }: TensorFile<T>): Promise<void> {
  await replaceFile(path, withDigest(partsOf(meta, tensors)), { temporary: `${path}.tmp` });
}

function* withDigest(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part);
    yield part;
  }
  yield hash.digest();
}

function* partsOf(meta: unknown, tensors: ReadonlyMap<string, Float32Array>): Generator<Uint8Array> {
  const table = [...tensors].map(([name, { length }]) => ({ name, length }));
  const json = JSON.stringify({ meta, tensors: table } satisfies TensorFileHeader);
  // Padded with spaces to a multiple of four, so that the values can be read in place.
  const header = Buffer.from(json + ' '.repeat((4 - (Buffer.byteLength(json) % 4)) % 4));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write(MAGIC, 'latin1');
  prefix.writeUInt32LE(VERSION, 8);
  prefix.writeUInt32LE(header.length, 12);
  yield prefix;
  yield header;
  for (const values of tensors.values()) {
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

/**
 * Reads a file; undefined when it is missing. `meta` must be of the type that was written: the file's version
 * identifies it.
 * @throws SmearwatchError `checkpoint-damaged`
 */
export async function readTensorFile<T>(path: string): Promise<TensorFile<T> | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  const end = bytes.length - DIGEST_BYTES;
  if (end < PREFIX_BYTES || bytes.toString('latin1', 0, 8) !== MAGIC || bytes.readUInt32LE(8) !== VERSION) {
    throw damaged(path, 'it does not begin like a checkpoint');
  }
  const digest = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (!digest.equals(bytes.subarray(end))) throw damaged(path, 'its checksum is wrong');
  const valuesAt = PREFIX_BYTES + bytes.readUInt32LE(12);
  const header = JSON.parse(bytes.toString('utf8', PREFIX_BYTES, valuesAt)) as TensorFileHeader;
  return { meta: header.meta as T, tensors: sliceTensors(bytes, valuesAt, header.tensors) };
}

function sliceTensors(
  bytes: Buffer,
  start: number,
  table: TensorFileHeader['tensors'],
): Map<string, Float32Array> {
  const tensors = new Map<string, Float32Array>();
  let offset = bytes.byteOffset + start;
  for (const { name, length } of table) {
    // A small file may start anywhere in Node's shared buffer: then its values must be moved to a multiple of
    // four.
    const values =
      offset % 4 === 0
        ? new Float32Array(bytes.buffer, offset, length)
        : new Float32Array(bytes.buffer.slice(offset, offset + 4 * length));
    tensors.set(name, values);
    offset += 4 * length;
  }
  return tensors;
}

function damaged(path: string, what: string): SmearwatchError {
  return new SmearwatchError('checkpoint-damaged', `${path} is not a whole checkpoint: ${what}.`);
}
