/**
 * Compares the decoder with a native program that does the same (scripts/native-decode: libdeflate, libtiff,
 * C at -O3 -march=native) on the same files in the same run. Both decode each file in turn, and what is
 * compared is processor time, so that a busy machine disturbs both. Prints the median of the files' ratios
 * for each format, and their range.
 *
 * npx tsx scripts/decode-ratio.ts [--images 8] [--rounds 9] [--times 4] [--cc cc]
 * npx tsx scripts/decode-ratio.ts --folder FOLDER     real PNG and TIFF files instead of generated ones
 * node --no-enable-avx2 --import tsx scripts/decode-ratio.ts     WebAssembly without AVX2
 *
 * Needs a C compiler, libdeflate and libtiff with their headers (Debian: libdeflate-dev, libtiff-dev).
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { decodeImage } from '../src/decode/decode-image.js';
import { drawSmear } from '../src/generate/smear.js';
import { IMAGE_BYTES } from '../src/images.js';
import {
  buildNativeDecoder,
  nativePixels,
  startNativeDecoder,
  type NativeDecoder,
} from './native-decode/native-decode.js';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '9' },
    times: { type: 'string', default: '4' },
    folder: { type: 'string' },
    cc: { type: 'string', default: 'cc' },
  },
});
const rounds = Number(values.rounds);
const times = Number(values.times);
/** Decodes after which V8 has compiled everything for good. */
const WARM_UP = 15;
const [WIDTH, HEIGHT] = [960, 1080];

/** What scanners write: as `smearwatch generate` makes them, and the other usual settings. */
const FORMATS: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  png: (image) => image.png({ compressionLevel: 2, adaptiveFiltering: false }),
  'png-filtered': (image) => image.png({ compressionLevel: 6, adaptiveFiltering: true }),
  'tiff-deflate': (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
  'tiff-lzw': (image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' }),
};

interface Timed {
  readonly nativeMs: number;
  readonly oursMs: number;
  readonly ratio: number;
}

const into = Buffer.alloc(IMAGE_BYTES);
const folder = mkdtempSync(join(tmpdir(), 'decode-ratio-'));
try {
  const program = buildNativeDecoder(folder, values.cc);
  const groups = values.folder === undefined ? await generated() : given(values.folder);
  const native = startNativeDecoder(program);
  for (const [name, files] of groups) {
    const timed: Timed[] = [];
    let largest = 0;
    for (const file of files) {
      timed.push(await timeFile(native, file));
      largest = Math.max(largest, largestDifference(await nativePixels(program, file)));
    }
    console.log(row(name, timed, largest));
  }
  native.stop();
} finally {
  rmSync(folder, { recursive: true });
}

/** Files of each format, by its name. */
async function generated(): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>();
  for (let index = 0; index < Number(values.images); index++) {
    const { pixels } = drawSmear({ seed: 3, index, width: WIDTH, height: HEIGHT });
    for (const [name, encode] of Object.entries(FORMATS)) {
      const file = join(folder, `${name}-${index}`);
      const image = sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
      writeFileSync(file, await encode(image).toBuffer());
      groups.set(name, [...(groups.get(name) ?? []), file]);
    }
  }
  return groups;
}

function given(from: string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of readdirSync(from).sort()) {
    const format = extname(name).toLowerCase();
    if (!['.png', '.tif', '.tiff'].includes(format)) continue;
    groups.set(format, [...(groups.get(format) ?? []), join(from, name)]);
  }
  return groups;
}

/** Medians of the rounds, in each of which both decode the file a few times, one after the other. */
async function timeFile(native: NativeDecoder, file: string): Promise<Timed> {
  const bytes = readFileSync(file);
  for (let i = 0; i < WARM_UP; i++) await decodeImage(bytes, { into });
  const natives: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) {
    natives.push(await native.time(file, times));
    ours.push(await timeOurs(bytes));
  }
  const [nativeMs, oursMs] = [median(natives), median(ours)];
  return { nativeMs, oursMs, ratio: oursMs / nativeMs };
}

/** Measures the processor time of the whole process, so that every thread that decodes is counted. */
async function timeOurs(bytes: Buffer): Promise<number> {
  const start = process.cpuUsage();
  for (let i = 0; i < times; i++) await decodeImage(bytes, { into });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / times;
}

/** Between what the native program made and what was decoded last. */
function largestDifference(pixels: Buffer): number {
  return pixels.reduce((most, value, at) => Math.max(most, Math.abs(value - (into[at] ?? NaN))), 0);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

function row(name: string, timed: readonly Timed[], largest: number): string {
  const ratios = timed.map(({ ratio }) => ratio);
  const range = `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`;
  const native = median(timed.map(({ nativeMs }) => nativeMs)).toFixed(2);
  const ours = median(timed.map(({ oursMs }) => oursMs)).toFixed(2);
  const figures = `native ${native} ms, ours ${ours} ms, ratio ${median(ratios).toFixed(2)} (${range})`;
  return `${name.padEnd(13)} ${timed.length} files: ${figures}; pixels differ by at most ${largest}`;
}
