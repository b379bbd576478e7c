import { deflateSync } from 'node:zlib';

/** TIFF by hand: what sharp does not write, and what no writer should. */
export type Value = readonly number[] | string;

export interface TiffField {
  readonly tag: number;
  /** 2: ASCII, 3: SHORT, 4: LONG, 5: RATIONAL, which takes two numbers. */
  readonly type: number;
  readonly values: Value;
}

export interface TiffOptions {
  readonly order?: 'II' | 'MM';
  readonly rowsPerStrip?: number;
  readonly compression?: 'none' | 'deflate';
  /** Added, or in place of those with the same tag; `undefined` leaves one out. */
  readonly fields?: Readonly<Record<number, Omit<TiffField, 'tag'> | undefined>>;
  /** Of the next directory. */
  readonly next?: number;
}

const BYTES_OF_TYPE: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 };

/** RGB of 8 bits, strips first and the directory at the end. */
export function tiffOf(
  pixels: Uint8Array,
  { width, height }: { width: number; height: number },
  { order = 'II', rowsPerStrip = height, compression = 'none', fields = {}, next = 0 }: TiffOptions = {},
): Buffer {
  const strips: Buffer[] = [];
  for (let row = 0; row < height; row += rowsPerStrip) {
    const raw = Buffer.from(pixels.subarray(row * width * 3, (row + rowsPerStrip) * width * 3));
    strips.push(compression === 'none' ? raw : deflateSync(raw));
  }
  let at = 8;
  const offsets = strips.map(({ length }) => (at += length) - length);
  const made: NonNullable<TiffOptions['fields']> = {
    256: { type: 3, values: [width] },
    257: { type: 4, values: [height] },
    258: { type: 3, values: [8, 8, 8] },
    259: { type: 3, values: [compression === 'none' ? 1 : 8] },
    262: { type: 3, values: [2] },
    273: { type: 4, values: offsets },
    277: { type: 3, values: [3] },
    278: { type: 4, values: [rowsPerStrip] },
    279: { type: 4, values: strips.map(({ length }) => length) },
    284: { type: 3, values: [1] },
    ...fields,
  };
  const entries = Object.entries(made).flatMap(([tag, field]) =>
    field === undefined ? [] : [{ tag: Number(tag), ...field }],
  );
  return Buffer.concat([header(order, at), ...strips, directory(entries, order, { start: at, next })]);
}

function integer(value: number, size: number, order: 'II' | 'MM'): Buffer {
  const bytes = Buffer.alloc(size);
  if (order === 'II') bytes.writeUIntLE(value, 0, size);
  else bytes.writeUIntBE(value, 0, size);
  return bytes;
}

function header(order: 'II' | 'MM', start: number): Buffer {
  return Buffer.concat([Buffer.from(order), integer(42, 2, order), integer(start, 4, order)]);
}

function directory(
  entries: readonly TiffField[],
  order: 'II' | 'MM',
  { start, next }: { start: number; next: number },
): Buffer {
  const apart: Buffer[] = [];
  let free = start + 2 + 12 * entries.length + 4;
  const lines = entries.map(({ tag, type, values }) => {
    const size = BYTES_OF_TYPE[type] ?? 1;
    const numberSize = type === 5 ? 4 : size;
    const data =
      typeof values === 'string'
        ? Buffer.from(values)
        : Buffer.concat(values.map((value) => integer(value, numberSize, order)));
    const head = [integer(tag, 2, order), integer(type, 2, order), integer(data.length / size, 4, order)];
    if (data.length <= 4) return Buffer.concat([...head, data, Buffer.alloc(4 - data.length)]);
    apart.push(data);
    free += data.length;
    return Buffer.concat([...head, integer(free - data.length, 4, order)]);
  });
  return Buffer.concat([integer(entries.length, 2, order), ...lines, integer(next, 4, order), ...apart]);
}
