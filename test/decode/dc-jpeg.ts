/** A baseline JPEG by hand, of blocks that are each of one colour: what sharp does not write. */
export interface DcJpeg {
  readonly width: number;
  readonly height: number;
  /** MCUs between restarts; 0: none. */
  readonly restartInterval: number;
  /** Y, Cb, Cr of the block in this column and row, as the decoder is to give them back. */
  readonly colourAt: (column: number, row: number) => readonly [number, number, number];
}

/**
 * The table for differences has twelve codes of four bits, each the number of further bits. That for all
 * other coefficients has one code of one bit, for zeros.
 */
const DC_TABLE = [
  0x00,
  0,
  0,
  0,
  12,
  ...Array<number>(12).fill(0),
  ...Array.from({ length: 12 }, (_, size) => size),
];
const AC_TABLE = [0x10, 1, ...Array<number>(15).fill(0), 0];

export function dcJpeg({ width, height, restartInterval, colourAt }: DcJpeg): Buffer {
  const columns = Math.ceil(width / 8);
  const rows = Math.ceil(height / 8);
  const scan: Buffer[] = [];
  let bits = '';
  let last = [0, 0, 0];
  for (let mcu = 0; mcu < columns * rows; mcu++) {
    if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) {
      scan.push(stuffed(bits), Buffer.from([0xff, 0xd0 + ((mcu / restartInterval - 1) & 7)]));
      bits = '';
      last = [0, 0, 0];
    }
    const levels = colourAt(mcu % columns, Math.floor(mcu / columns)).map((value) => 8 * (value - 128));
    levels.forEach((level, channel) => (bits += difference(level - (last[channel] ?? 0))));
    last = levels;
  }
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array<number>(64).fill(1)]),
    segment(0xc0, [
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      3,
      ...[1, 2, 3].flatMap((id) => [id, 0x11, 0]),
    ]),
    segment(0xc4, [...DC_TABLE, ...AC_TABLE]),
    ...(restartInterval > 0 ? [segment(0xdd, [restartInterval >> 8, restartInterval & 255])] : []),
    segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    ...scan,
    stuffed(bits),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function segment(marker: number, data: readonly number[]): Buffer {
  return Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data]);
}

/** Encodes a difference and the end of its block. */
function difference(value: number): string {
  const size = value === 0 ? 0 : Math.abs(value).toString(2).length;
  const further = value < 0 ? value + 2 ** size - 1 : value;
  return (
    size.toString(2).padStart(4, '0') + (size === 0 ? '' : further.toString(2).padStart(size, '0')) + '0'
  );
}

function stuffed(bits: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = parseInt(bits.slice(at, at + 8).padEnd(8, '1'), 2);
    bytes.push(byte, ...(byte === 0xff ? [0] : []));
  }
  return Buffer.from(bytes);
}
