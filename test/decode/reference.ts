import sharp from 'sharp';

/** What decodeImage does with what is not ordinary, and did with everything before: the way through sharp. */
export async function throughSharp(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes, { failOn: 'warning', sequentialRead: true })
    .autoOrient()
    .toColourspace('srgb')
    .flatten({ background: '#ffffff' })
    .resize(256, 256, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .toBuffer();
}

export interface Difference {
  readonly mean: number;
  /** That 99.9 % of the bytes do not exceed. */
  readonly most: number;
  readonly largest: number;
}

export function differenceOf(a: Uint8Array, b: Uint8Array): Difference {
  const differences = Uint8Array.from(a, (value, at) => Math.abs(value - (b[at] ?? NaN))).sort();
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    most: differences[Math.floor(differences.length * 0.999)] ?? NaN,
    largest: differences.at(-1) ?? NaN,
  };
}

/**
 * The resize by its definition, in double precision: a triangle as wide as what becomes one pixel, down and
 * then across.
 */
export function resized(pixels: Uint8Array, width: number, height: number): Float64Array {
  const narrow = alongRows(pixels, height, width * 3);
  const turned = new Float64Array(256 * width * 3);
  for (let y = 0; y < 256; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) turned[(x * 256 + y) * 3 + c] = narrow[(y * width + x) * 3 + c] ?? NaN;
  const done = alongRows(turned, width, 256 * 3);
  return Float64Array.from(done, (_, at) => {
    const [pixel, c] = [Math.floor(at / 3), at % 3];
    return done[((pixel % 256) * 256 + Math.floor(pixel / 256)) * 3 + c] ?? NaN;
  });
}

function alongRows(from: ArrayLike<number>, rows: number, rowLength: number): Float64Array {
  const to = new Float64Array(256 * rowLength);
  const scale = rows / 256;
  const radius = Math.max(scale, 1);
  for (let y = 0; y < 256; y++) {
    const centre = (y + 0.5) * scale - 0.5;
    const taps: [row: number, weight: number][] = [];
    for (let row = Math.ceil(centre - radius); row <= centre + radius; row++)
      taps.push([Math.min(Math.max(row, 0), rows - 1), 1 - Math.abs(row - centre) / radius]);
    const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [row, weight] of taps)
      for (let x = 0; x < rowLength; x++)
        to[y * rowLength + x]! += ((from[row * rowLength + x] ?? NaN) * weight) / total;
  }
  return to;
}
