import { deflateSync } from 'node:zlib';

/** TIFF by hand: what sharp does not write, and what no writer should. */
export type Value = readonly number[] | string | Buffer;

export interface TiffField {
  readonly tag: number;
  /** 1: BYTE, 2: ASCII, 3: SHORT, 4: LONG, 5: RATIONAL, which takes two numbers, 7: UNDEFINED. */
  readonly type: number;
  readonly values: Value;
}

/** Fields by their tag; `undefined` leaves one out. */
export type TiffFields = Readonly<Record<number, Omit<TiffField, 'tag'> | undefined>>;

export interface TiffOptions {
  readonly order?: 'II' | 'MM';
  readonly isBig?: boolean;
  readonly rowsPerStrip?: number;
  /** Instead of strips. */
  readonly tileSide?: number;
  /** Bytes of a row of pixels, 3 for each if not given; of one plane, where there are several. */
  readonly rowBytes?: number;
  /** Planes that follow each other in the pixels. */
  readonly planes?: number;
  readonly compression?: 'none' | 'deflate';
  /** Added, or in place of those with the same tag. */
  readonly fields?: TiffFields;
  /** Position of the next directory. */
  readonly next?: number;
  /** The directory's entries in the order of their tags, or against it. */
  readonly isReversed?: boolean;
}

export interface TiffSize {
  readonly width: number;
  readonly height: number;
}

const BYTES_OF_TYPE: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8 };

/** 8-bit RGB if the fields say nothing else: strips or tiles first, and the directory at the end. */
export function tiffOf(pixels: Uint8Array, size: TiffSize, options: TiffOptions = {}): Buffer {
  const { order = 'II', isBig = false, compression = 'none', tileSide, fields = {}, next = 0 } = options;
  const { width, height } = size;
  const rowsPerStrip = options.rowsPerStrip ?? height;
  const blocks = rawBlocks(pixels, size, options).map((raw) =>
    compression === 'none' ? raw : deflateSync(raw),
  );
  let at = isBig ? 16 : 8;
  const offsets = blocks.map(({ length }) => (at += length) - length);
  const counts = blocks.map(({ length }) => length);
  const made: TiffFields = {
    256: { type: 3, values: [width] },
    257: { type: 4, values: [height] },
    258: { type: 3, values: [8, 8, 8] },
    259: { type: 3, values: [compression === 'none' ? 1 : 8] },
    262: { type: 3, values: [2] },
    277: { type: 3, values: [3] },
    284: { type: 3, values: [options.planes === undefined ? 1 : 2] },
    ...(tileSide === undefined
      ? {
          273: { type: 4, values: offsets },
          278: { type: 4, values: [rowsPerStrip] },
          279: { type: 4, values: counts },
        }
      : {
          322: { type: 3, values: [tileSide] },
          323: { type: 3, values: [tileSide] },
          324: { type: 4, values: offsets },
          325: { type: 4, values: counts },
        }),
    ...fields,
  };
  const entries = Object.entries(made).flatMap(([tag, field]) =>
    field === undefined ? [] : [{ tag: Number(tag), ...field }],
  );
  if (options.isReversed === true) entries.reverse();
  const form = { order, isBig };
  return Buffer.concat([header(form, at), ...blocks, directory(entries, form, { start: at, next })]);
}

interface Form {
  readonly order: 'II' | 'MM';
  readonly isBig: boolean;
}

function rawBlocks(pixels: Uint8Array, { width, height }: TiffSize, options: TiffOptions): Buffer[] {
  const { rowBytes = 3 * width, planes = 1, rowsPerStrip = height, tileSide } = options;
  const all = Array.from({ length: planes }, (_, plane) =>
    Buffer.from(pixels.subarray(plane * height * rowBytes, (plane + 1) * height * rowBytes)),
  );
  if (tileSide !== undefined)
    return all.flatMap((plane) => tilesOf(plane, { height, rowBytes, tileSide, width }));
  return all.flatMap((plane) =>
    Array.from({ length: Math.ceil(height / rowsPerStrip) }, (_, strip) =>
      plane.subarray(strip * rowsPerStrip * rowBytes, (strip + 1) * rowsPerStrip * rowBytes),
    ),
  );
}

/** Filled up with zeros at the right and at the bottom. */
function tilesOf(
  plane: Buffer,
  { width, height, rowBytes, tileSide }: TiffSize & { rowBytes: number; tileSide: number },
): Buffer[] {
  const tileBytes = (tileSide * rowBytes) / width;
  const tiles: Buffer[] = [];
  for (let y = 0; y < height; y += tileSide)
    for (let x = 0; x < rowBytes; x += tileBytes) {
      const tile = Buffer.alloc(tileSide * tileBytes);
      for (let row = y; row < Math.min(height, y + tileSide); row += 1)
        plane.copy(
          tile,
          (row - y) * tileBytes,
          row * rowBytes + x,
          row * rowBytes + Math.min(rowBytes, x + tileBytes),
        );
      tiles.push(tile);
    }
  return tiles;
}

function integer(value: number, size: number, order: 'II' | 'MM'): Buffer {
  const bytes = Buffer.alloc(size);
  if (size === 8 && order === 'II') bytes.writeBigUInt64LE(BigInt(value));
  else if (size === 8) bytes.writeBigUInt64BE(BigInt(value));
  else if (order === 'II') bytes.writeUIntLE(value, 0, size);
  else bytes.writeUIntBE(value, 0, size);
  return bytes;
}

function header({ order, isBig }: Form, start: number): Buffer {
  const magic = isBig ? [43, 8, 0] : [42];
  const numbers = magic.map((value) => integer(value, 2, order));
  return Buffer.concat([Buffer.from(order), ...numbers, integer(start, isBig ? 8 : 4, order)]);
}

function directory(
  entries: readonly TiffField[],
  { order, isBig }: Form,
  { start, next }: { start: number; next: number },
): Buffer {
  const [countBytes, offsetBytes] = isBig ? [8, 8] : [2, 4];
  const apart: Buffer[] = [];
  let free = start + countBytes + (4 + 2 * offsetBytes) * entries.length + offsetBytes;
  const lines = entries.map(({ tag, type, values }) => {
    const size = BYTES_OF_TYPE[type] ?? 1;
    const data = bytesOf(values, type === 5 ? 4 : size, order);
    const numbers = [integer(tag, 2, order), integer(type, 2, order)];
    const head = [...numbers, integer(data.length / size, offsetBytes, order)];
    if (data.length <= offsetBytes)
      return Buffer.concat([...head, data, Buffer.alloc(offsetBytes - data.length)]);
    apart.push(data);
    free += data.length;
    return Buffer.concat([...head, integer(free - data.length, offsetBytes, order)]);
  });
  const count = integer(entries.length, countBytes, order);
  return Buffer.concat([count, ...lines, integer(next, offsetBytes, order), ...apart]);
}

function bytesOf(values: Value, size: number, order: 'II' | 'MM'): Buffer {
  if (Buffer.isBuffer(values)) return values;
  if (typeof values === 'string') return Buffer.from(values, 'latin1');
  return Buffer.concat(values.map((value) => integer(value, size, order)));
}
