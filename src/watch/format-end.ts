import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { fileCodeOf } from '../errors.js';
import { bmpEnd } from './bmp-end.js';
import type { ByteSource, FormatEnd } from './byte-source.js';
import { tiffEnd } from './tiff-end.js';
import { isZero } from './trailing-zeros.js';

/** No image format of ours is shorter than this, so that anything shorter is still to come. */
const SHORTEST = 16;
/** How far before the end of the file its format's end is looked for: padding of a disk block at most. */
const TAIL_BYTES = 4096;
/** Never waits (a FIFO may have taken the file's place) and never leaves the folder by a link. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Looks at two small pieces of the file. The magic bytes decide the format, never the file's name. A
 * quiet file is not a complete one: copying over SMB gives a file its final size first, and a network that
 * stalls leaves it quiet. Never throws.
 */
export async function readFormatEnd(file: string, size: number): Promise<FormatEnd> {
  if (size < SHORTEST) return 'missing';
  try {
    const handle = await open(file, OPEN_FLAGS);
    try {
      return await formatEndOf(sourceOf(handle, size));
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Without permission, too many open files, an unreachable share: the cause may pass, and the pipeline
    // reports one that does not.
    return fileCodeOf(error) === 'file-vanished' ? 'gone' : 'missing';
  }
}

export async function formatEndOf(source: ByteSource): Promise<FormatEnd> {
  const head = await source.read(0, Math.min(source.size, TAIL_BYTES));
  const isPng = head.subarray(0, 8).equals(PNG_MAGIC);
  const isJpeg = head.subarray(0, 2).equals(JPEG_MAGIC);
  if (isPng || isJpeg) {
    const tail = source.size <= head.length ? head : await source.read(source.size - TAIL_BYTES, TAIL_BYTES);
    return (isPng ? tail.includes(PNG_END) : endsInJpegEnd(tail)) ? 'present' : 'missing';
  }
  if (head.toString('latin1', 0, 2) === 'BM') return bmpEnd(head, source);
  if (TIFF_MAGICS.some((magic) => head.subarray(0, 4).equals(magic))) return tiffEnd(source);
  return isZero(head.subarray(0, SHORTEST)) ? 'zeros' : 'unknown';
}

/** Whether an image that has been read ends in zeros that may be bytes which were never written. */
export async function hasTrailingZeros(bytes: Buffer): Promise<boolean> {
  if (bytes.length < SHORTEST) return false;
  const read = (position: number, length: number): Promise<Buffer> =>
    Promise.resolve(bytes.subarray(position, position + length));
  return (await formatEndOf({ size: bytes.length, read })) === 'zeros';
}

const PNG_MAGIC = Buffer.from('89504e470d0a1a0a', 'hex');
/**
 * The whole last chunk, length and checksum included: twelve bytes that compressed pixels do not hold by
 * chance.
 */
const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex');
const JPEG_MAGIC = Buffer.from('ffd8', 'hex');
const TIFF_MAGICS = ['49492a00', '4d4d002a', '49492b00', '4d4d002b'].map((hex) => Buffer.from(hex, 'hex'));

/**
 * Padding is zeros, 0xFF (fill bytes of JPEG itself) or line ends; anything else may be the middle of the
 * picture.
 */
function endsInJpegEnd(tail: Buffer): boolean {
  let end = tail.length;
  while (end > 2 && !(tail[end - 2] === 0xff && tail[end - 1] === 0xd9)) {
    if (![0x00, 0xff, 0x0a, 0x0d, 0x20].includes(tail[end - 1] ?? 0)) return false;
    end -= 1;
  }
  return end > 2;
}

function sourceOf(handle: FileHandle, size: number): ByteSource {
  return {
    size,
    read: async (position, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    },
  };
}
