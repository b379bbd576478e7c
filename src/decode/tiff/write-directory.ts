import { widthsOf, type TiffFile } from './read-directory.js';
import { TYPE, TYPE_BYTES } from './tags.js';

export interface TiffField {
  readonly tag: number;
  readonly type: number;
  /** Bytes are copied as they are. */
  readonly values: readonly number[] | Buffer;
}

/**
 * A copy of the file whose first and only directory has these fields; it is put after the file's own bytes.
 */
export function withDirectory(bytes: Buffer, file: TiffFile, fields: readonly TiffField[]): Buffer {
  const { countBytes, entryBytes, offsetBytes } = widthsOf(file);
  const sorted = fields.map((field) => encode(file, field)).sort((one, other) => one.tag - other.tag);
  const start = evenly(bytes.length);
  let at = start + countBytes;
  let free = at + entryBytes * sorted.length + offsetBytes;
  const sizes = sorted.map(({ data }) => (data.length <= offsetBytes ? 0 : evenly(data.length)));
  const whole = Buffer.allocUnsafeSlow(free + sizes.reduce((sum, size) => sum + size, 0));
  bytes.copy(whole);
  whole.fill(0, bytes.length);
  writeInteger(file, whole, { value: start, at: file.isBig ? 8 : 4, size: offsetBytes });
  writeInteger(file, whole, { value: sorted.length, at: start, size: countBytes });
  for (const [index, { tag, type, count, data }] of sorted.entries()) {
    writeInteger(file, whole, { value: tag, at, size: 2 });
    writeInteger(file, whole, { value: type, at: at + 2, size: 2 });
    writeInteger(file, whole, { value: count, at: at + 4, size: offsetBytes });
    const value = at + 4 + offsetBytes;
    if (sizes[index] === 0) data.copy(whole, value);
    else {
      writeInteger(file, whole, { value: free, at: value, size: offsetBytes });
      data.copy(whole, free);
      free += sizes[index] ?? 0;
    }
    at += entryBytes;
  }
  return whole;
}

interface EncodedField {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly data: Buffer;
}

function encode(file: TiffFile, { tag, type, values }: TiffField): EncodedField {
  const size = TYPE_BYTES[type] ?? 1;
  if (Buffer.isBuffer(values)) return { tag, type, count: values.length / size, data: values };
  const isWide = file.isBig && type === TYPE.long;
  const width = isWide ? 8 : size;
  const data = Buffer.allocUnsafe(width * values.length);
  values.forEach((value, at) => writeInteger(file, data, { value, at: at * width, size: width }));
  return { tag, type: isWide ? TYPE.long8 : type, count: values.length, data };
}

/** Offsets in a TIFF are even. */
function evenly(bytes: number): number {
  return bytes + (bytes % 2);
}

function writeInteger(
  { isLittle }: TiffFile,
  bytes: Buffer,
  { value, at, size }: { value: number; at: number; size: number },
): void {
  if (size === 8 && isLittle) bytes.writeBigUInt64LE(BigInt(value), at);
  else if (size === 8) bytes.writeBigUInt64BE(BigInt(value), at);
  else if (isLittle) bytes.writeUIntLE(value, at, size);
  else bytes.writeUIntBE(value, at, size);
}
