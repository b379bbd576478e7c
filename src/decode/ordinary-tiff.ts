import { IMAGE_SIDE } from '../images.js';
import type { TiffStrips } from './shrinker.js';

const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;
const MAGIC = 42;

const [ASCII, SHORT, LONG, RATIONAL] = [2, 3, 4, 5];
const BYTES_OF_TYPE: Readonly<Record<number, number>> = { [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [RATIONAL]: 8 };
/** A strip of an image of a scanner has several kilobytes. */
const MOST_STRIPS = 65_536;

const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  offsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  sizes: 279,
  predictor: 317,
} as const;
const REQUIRED = Object.values(TAG).filter((tag) => tag !== TAG.predictor);

/** How a field has to be in an ordinary file. */
interface Rule {
  readonly types: readonly number[];
  readonly mostValues: number;
  /** The lists of values it may have; any, without them. */
  readonly values?: readonly string[];
}

const oneOf = (...values: readonly string[]): Rule => ({ types: [SHORT], mostValues: 3, values });
const WHOLE_NUMBER: Rule = { types: [SHORT, LONG], mostValues: 1 };
const OF_EACH_STRIP: Rule = { types: [SHORT, LONG], mostValues: MOST_STRIPS };
const QUOTIENT: Rule = { types: [RATIONAL], mostValues: 1 };
const WORDS: Rule = { types: [ASCII], mostValues: Infinity };

/** By tag: one page, 8 bits, RGB, upright, pixel by pixel, unsigned, and what changes no pixel. */
const RULES: ReadonlyMap<number, Rule> = new Map([
  [254, { types: [LONG], mostValues: 1, values: ['0'] }], // kind of page
  [TAG.width, WHOLE_NUMBER],
  [TAG.height, WHOLE_NUMBER],
  [TAG.bits, oneOf('8,8,8')],
  [TAG.compression, oneOf('1', '5', '8')],
  [TAG.photometric, oneOf('2')],
  [266, oneOf('1')], // fill order
  [270, WORDS], // description
  [271, WORDS], // make
  [272, WORDS], // model
  [TAG.offsets, OF_EACH_STRIP],
  [274, oneOf('1')], // orientation
  [TAG.samples, oneOf('3')],
  [TAG.rowsPerStrip, WHOLE_NUMBER],
  [TAG.sizes, OF_EACH_STRIP],
  [282, QUOTIENT], // resolution across
  [283, QUOTIENT], // resolution down
  [284, oneOf('1')], // planar configuration
  [296, oneOf('1', '2', '3')], // resolution unit
  [305, WORDS], // software
  [306, WORDS], // date and time
  [315, WORDS], // artist
  [316, WORDS], // host computer
  [TAG.predictor, oneOf('1', '2')],
  [339, oneOf('1,1,1')], // sample format
  [33_432, WORDS], // copyright
]);

/**
 * What is to be unpacked of a TIFF (TIFF 6.0) as scanners write them; undefined: it is of another kind, or its directory is not
 * such that every reader would agree about it.
 */
export function ordinaryTiff(bytes: Buffer, maxPixels: number): TiffStrips | undefined {
  const fields = readDirectory(bytes);
  if (!fields || !REQUIRED.every((tag) => fields.has(tag))) return undefined;
  const one = (tag: number): number => fields.get(tag)?.[0] ?? 1;
  const [width, height, compression] = [one(TAG.width), one(TAG.height), one(TAG.compression)];
  const isOurs = width >= IMAGE_SIDE && height >= IMAGE_SIDE && width * height <= maxPixels;
  const rowsPerStrip = Math.min(one(TAG.rowsPerStrip), height);
  if (!isOurs || rowsPerStrip === 0) return undefined;
  const strips = stripsOf(bytes, fields, Math.ceil(height / rowsPerStrip));
  return (
    strips && { width, height, compression, rowsPerStrip, strips, hasDifferences: one(TAG.predictor) === 2 }
  );
}

type Fields = ReadonlyMap<number, readonly number[]>;
/** Unsigned, of so many bytes, at a place of the file. */
type ReadInteger = (at: number, size: number) => number;

function stripsOf(bytes: Buffer, fields: Fields, count: number): Uint8Array[] | undefined {
  const [offsets = [], sizes = []] = [fields.get(TAG.offsets), fields.get(TAG.sizes)];
  if (offsets.length !== count || sizes.length !== count) return undefined;
  const strips = offsets.map((offset, at) => bytes.subarray(offset, offset + (sizes[at] ?? 0)));
  return strips.every(({ length }, at) => length > 0 && length === sizes[at]) ? strips : undefined;
}

/** The values of the only directory, by ascending tag; words and quotients have none that matter. */
function readDirectory(bytes: Buffer): Fields | undefined {
  const order = bytes.toString('latin1', 0, 2);
  if (bytes.length < HEADER_BYTES || (order !== 'II' && order !== 'MM')) return undefined;
  const integer: ReadInteger = (at, size) =>
    order === 'II' ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
  const start = integer(4, 4);
  if (integer(2, 2) !== MAGIC || start < HEADER_BYTES || start + 2 > bytes.length) return undefined;
  const end = start + 2 + ENTRY_BYTES * integer(start, 2);
  if (end + 4 > bytes.length || integer(end, 4) !== 0) return undefined;
  const fields = new Map<number, readonly number[]>();
  let before = 0;
  for (let at = start + 2; at < end; at += ENTRY_BYTES) {
    const tag = integer(at, 2);
    const values = tag > before ? readField(bytes, at, integer) : undefined;
    if (values === undefined) return undefined;
    fields.set(tag, values);
    before = tag;
  }
  return fields;
}

/** Undefined: it is not as an ordinary file has it. */
function readField(bytes: Buffer, at: number, integer: ReadInteger): number[] | undefined {
  const [tag, type, count] = [integer(at, 2), integer(at + 2, 2), integer(at + 4, 4)];
  const [rule, size] = [RULES.get(tag), BYTES_OF_TYPE[type]];
  if (!rule || size === undefined || !rule.types.includes(type)) return undefined;
  if (count === 0 || count > rule.mostValues) return undefined;
  const start = size * count <= 4 ? at + 8 : integer(at + 8, 4);
  if (start + size * count > bytes.length) return undefined;
  if (type === ASCII) return bytes[start + count - 1] === 0 ? [] : undefined;
  if (type === RATIONAL) return integer(start + 4, 4) > 0 ? [] : undefined;
  const values = Array.from({ length: count }, (_, index) => integer(start + size * index, size));
  return rule.values === undefined || rule.values.includes(values.join()) ? values : undefined;
}
