import { Random } from '../../src/random.js';
import type { Variant } from '../../test/decode/variants.js';
import { repairPng, structureOf, type Field } from './structure.js';

export interface FuzzInput {
  readonly bytes: Buffer;
  /** The whole image it began as, and what was done to it. */
  readonly history: string;
}

/** Input `index` of a seed: always the same. */
export function makeInput(corpus: readonly Variant[], seed: number, index: number): FuzzInput {
  const random = new Random(seed, 'fuzz', index);
  const origin = pick(corpus, random);
  const steps: string[] = [origin.name];
  let bytes: Buffer = Buffer.from(origin.bytes);
  for (let left = random.integer(1, 4); left > 0; left -= 1) {
    const [name, mutation] = pick(MUTATIONS, random);
    steps.push(name);
    bytes = mutation(bytes, { random, origin, other: pick(corpus, random) });
  }
  if (origin.format === 'png' && random.chance(0.6)) {
    steps.push('checksums repaired');
    repairPng(bytes);
  }
  return { bytes, history: steps.join(', ') };
}

interface Circumstances {
  readonly random: Random;
  readonly origin: Variant;
  /** Another whole image to take pieces from. */
  readonly other: Variant;
}

type Mutation = (bytes: Buffer, circumstances: Circumstances) => Buffer;

const MUTATIONS: readonly (readonly [name: string, mutation: Mutation])[] = [
  ['bits flipped', flipBits],
  ['bytes set', setBytes],
  ['truncated', (bytes, { random }) => Buffer.from(bytes.subarray(0, random.integer(0, bytes.length)))],
  ['end of another file', splice],
  ['piece of another file', implant],
  ['number changed', changeField],
  ['number changed', changeField],
  ['number changed', changeField],
  ['chunk doubled', (bytes, circumstances) => withPiece(bytes, circumstances, (piece) => [piece, piece])],
  [
    'chunk many times',
    (bytes, circumstances) => withPiece(bytes, circumstances, (piece) => new Array<Buffer>(200).fill(piece)),
  ],
  ['chunk left out', (bytes, circumstances) => withPiece(bytes, circumstances, () => [])],
  ['range blanked', blank],
];

function flipBits(bytes: Buffer, { random }: Circumstances): Buffer {
  if (bytes.length === 0) return bytes;
  for (let left = random.integer(1, 8); left > 0; left -= 1) {
    const at = random.integer(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7));
  }
  return bytes;
}

/** Near the beginning, where headers are. */
function setBytes(bytes: Buffer, { random }: Circumstances): Buffer {
  const end = Math.min(bytes.length, 512);
  for (let left = random.integer(1, 6); left > 0 && end > 0; left -= 1)
    bytes[random.integer(0, end - 1)] = random.chance(0.5)
      ? random.integer(0, 255)
      : pick([0, 1, 127, 128, 255], random);
  return bytes;
}

function splice(bytes: Buffer, { random, other }: Circumstances): Buffer {
  const head = bytes.subarray(0, random.integer(0, bytes.length));
  return Buffer.concat([head, other.bytes.subarray(random.integer(0, other.bytes.length))]);
}

function implant(bytes: Buffer, { random, other }: Circumstances): Buffer {
  const from = random.integer(0, other.bytes.length);
  const piece = other.bytes.subarray(from, from + random.integer(1, 2000));
  const at = random.integer(0, bytes.length);
  const isOver = random.chance(0.5);
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(isOver ? at + piece.length : at)]);
}

function changeField(bytes: Buffer, { random, origin }: Circumstances): Buffer {
  const { fields } = structureOf(bytes, origin.format);
  if (fields.length === 0) return bytes;
  const field = pick(fields, random);
  if (field.at + field.bytes <= bytes.length) writeField(bytes, field, valueFor(bytes, field, random));
  return bytes;
}

/**
 * Numbers at which decoders go wrong: ends of ranges, sizes of the file, a little more or less than before.
 */
function valueFor(bytes: Buffer, field: Field, random: Random): bigint {
  const top = 1n << BigInt(8 * field.bytes);
  const before = readField(bytes, field);
  const near = BigInt(random.integer(-9, 9));
  const candidates = [
    0n,
    1n,
    2n,
    5000n,
    30_000n,
    65_535n,
    top - 1n,
    top >> 1n,
    (top >> 1n) - 1n,
    BigInt(bytes.length),
    BigInt(field.at),
    before * 2n,
    before / 2n,
    before + near,
    BigInt(random.integer(0, 0xffffffff)),
  ];
  const value = pick(candidates, random);
  return ((value % top) + top) % top;
}

function readField(bytes: Buffer, { at, bytes: size, isLittle }: Field): bigint {
  if (size === 8) return isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at);
  return BigInt(isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size));
}

function writeField(bytes: Buffer, { at, bytes: size, isLittle }: Field, value: bigint): void {
  if (size === 8 && isLittle) bytes.writeBigUInt64LE(value, at);
  else if (size === 8) bytes.writeBigUInt64BE(value, at);
  else if (isLittle) bytes.writeUIntLE(Number(value), at, size);
  else bytes.writeUIntBE(Number(value), at, size);
}

function withPiece(
  bytes: Buffer,
  { random, origin }: Circumstances,
  change: (piece: Buffer) => readonly Buffer[],
): Buffer {
  const { pieces } = structureOf(bytes, origin.format);
  if (pieces.length === 0) return bytes;
  const { from, to } = pick(pieces, random);
  return Buffer.concat([bytes.subarray(0, from), ...change(bytes.subarray(from, to)), bytes.subarray(to)]);
}

function blank(bytes: Buffer, { random }: Circumstances): Buffer {
  const from = random.integer(0, bytes.length);
  return bytes.fill(
    random.chance(0.5) ? 0 : 255,
    from,
    Math.min(bytes.length, from + random.integer(1, 3000)),
  );
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.integer(0, items.length - 1)] as T;
}
