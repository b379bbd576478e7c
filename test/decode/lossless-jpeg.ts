interface LosslessOptions {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly valueAt: (x: number, y: number) => number;
}

/** Categories of differences, each with a Huffman code of five bits that is its own number. */
const CATEGORIES = 17;
const CODE_BITS = 5;

/** A grey lossless JPEG (ITU-T T.81, annex H): each sample is predicted by the one to the left of it. */
export function losslessJpeg({ width, height, bits, valueAt }: LosslessOptions): Buffer {
  let binary = '';
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const above = y > 0 ? valueAt(0, y - 1) : 2 ** (bits - 1);
      binary += codeOf(valueAt(x, y) - (x > 0 ? valueAt(x - 1, y) : above));
    }
  }
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xc3, [bits, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    segment(0xc4, [0, ...Array.from({ length: 16 }, (_, at) => (at === 4 ? CATEGORIES : 0)), ...numbers(17)]),
    segment(0xda, [1, 1, 0, 1, 0, 0]),
    stuffed(binary),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function codeOf(difference: number): string {
  const category = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
  const code = category.toString(2).padStart(CODE_BITS, '0');
  const rest = difference > 0 ? difference : difference + 2 ** category - 1;
  return category === 0 ? code : code + rest.toString(2).padStart(category, '0');
}

function stuffed(binary: string): Buffer {
  const padded = binary.padEnd(Math.ceil(binary.length / 8) * 8, '1');
  const bytes = padded.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? [];
  return Buffer.from(bytes.flatMap((byte) => (byte === 255 ? [255, 0] : [byte])));
}

function segment(marker: number, data: readonly number[]): Buffer {
  return Buffer.from([0xff, marker, 0, data.length + 2, ...data]);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
