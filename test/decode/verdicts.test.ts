import sharp from 'sharp';
import { expect, it } from 'vitest';
import { ordinaryPng } from '../../src/decode/ordinary-png.js';
import { ordinaryTiff } from '../../src/decode/ordinary-tiff.js';
import { shrinkJpeg, shrinkPixels, shrinkPng, shrinkTiff, type Shrunk } from '../../src/decode/shrinker.js';
import { inspectTiff } from '../../src/decode/tiff/inspect-tiff.js';
import { drawSmear } from '../../src/generate/smear.js';
import { dcJpeg } from './dc-jpeg.js';
import { crcOf } from './png.js';
import { differenceOf, throughSharp } from './reference.js';

/** Number of mutations of each file. Sharp must accept what our decoders accept, and show the same. */
const INPUTS_PER_FILE = 150;
const { pixels, width, height } = drawSmear({ seed: 3, index: 1, width: 272, height: 264 });
const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
const files: readonly [string, Buffer][] = [
  ['JPEG', await picture.clone().jpeg({ quality: 85 }).toBuffer()],
  ['JPEG of 4:4:4', await picture.clone().jpeg({ quality: 60, chromaSubsampling: '4:4:4' }).toBuffer()],
  [
    'JPEG with restarts',
    dcJpeg({ width, height, restartInterval: 9, colourAt: (x, y) => [x * 7, 90 + y, 140] }),
  ],
  ['PNG', await picture.clone().png().toBuffer()],
  ['PNG with every filter', await picture.clone().png({ adaptiveFiltering: true }).toBuffer()],
  ['TIFF with LZW', await picture.clone().tiff({ compression: 'lzw', predictor: 'none' }).toBuffer()],
  ['TIFF with LZW and differences', await picture.clone().tiff({ compression: 'lzw' }).toBuffer()],
  ['TIFF with deflate', await picture.clone().tiff({ compression: 'deflate' }).toBuffer()],
  ['TIFF without compression', await picture.clone().tiff({ compression: 'none' }).toBuffer()],
];
/** Size of a TIFF's directory: changes in it matter most, but a random change mostly hits pixels. */
const DIRECTORY_BYTES = 260;

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A few bits, bytes, a part left out or doubled, an end cut off. */
function mutated(whole: Buffer, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(whole);
  const at = random(4) === 0 ? random(Math.min(700, bytes.length)) : random(bytes.length);
  const length = 1 + random(20);
  switch (random(6)) {
    case 0:
      bytes[at]! ^= 1 << random(8);
      return bytes;
    case 1:
      bytes[at] = random(256);
      return bytes;
    case 2:
      for (let i = 0; i < length; i++) bytes[random(bytes.length)] = random(256);
      return bytes;
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))]);
    default:
      return bytes.subarray(0, at);
  }
}

/** Corrects the checksums, so that the code behind their check runs as well. */
function withRightCrcs(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 8; at + 12 <= copy.length;) {
    const end = at + 8 + copy.readUInt32BE(at);
    if (end + 4 > copy.length) break;
    copy.writeUInt32BE(crcOf(copy.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return copy;
}

/** A few bytes of a TIFF's directory, or of what its entries refer to, both of which sharp writes last. */
function withOtherDirectory(whole: Buffer, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(whole);
  for (let change = random(3); change >= 0; change -= 1) {
    const at = bytes.length - 1 - random(DIRECTORY_BYTES);
    bytes[at] = random(2) === 0 ? random(256) : bytes[at]! ^ (1 << random(8));
  }
  return bytes;
}

function changed(name: string, whole: Buffer, random: (below: number) => number, input: number): Buffer {
  if (name.startsWith('TIFF') && input % 2 > 0) return withOtherDirectory(whole, random);
  const mutant = mutated(whole, random);
  return name.startsWith('PNG') && input % 3 > 0 ? withRightCrcs(mutant) : mutant;
}

function shrink(bytes: Buffer, into: Buffer): Shrunk {
  const png = ordinaryPng(bytes, 2 ** 24);
  if (png) return shrinkPng(png.parts, png, into);
  const tiff = ordinaryTiff(bytes, 2 ** 24);
  return tiff ? shrinkTiff(tiff, into) : shrinkJpeg(bytes, 2 ** 24, into);
}

/** Every pixel before it is shrunk, of the file that sharp is given in place of this one. */
async function throughSharpExactly(bytes: Buffer): Promise<Buffer> {
  const { data, info } = await sharp(inspectTiff(bytes, 2 ** 24).input!.bytes, { failOn: 'warning' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const into = Buffer.alloc(196_608);
  expect(shrinkPixels(data, info, into)).toBeTypeOf('object');
  return into;
}

it.each(files)('%s', async (name, whole) => {
  const random = randomOf(name.length);
  const into = Buffer.alloc(196_608);
  let accepted = 0;
  for (let input = 0; input < INPUTS_PER_FILE; input++) {
    const bytes = changed(name, whole, random, input);
    if (typeof shrink(bytes, into) === 'string') continue;
    accepted += 1;
    const isExact = name.startsWith('TIFF');
    const expected = await (isExact ? throughSharpExactly : throughSharp)(bytes).catch((error: unknown) =>
      expect.unreachable(`input ${input} was accepted, and sharp says: ${String(error)}`),
    );
    expect({ input, mean: differenceOf(into, expected).mean }).toSatisfy(({ mean }: { mean: number }) =>
      isExact ? mean === 0 : mean < 6,
    );
  }
  // Sums let hardly any change pass.
  if (!/PNG|deflate/.test(name)) expect(accepted).toBeGreaterThan(INPUTS_PER_FILE / 20);
});
