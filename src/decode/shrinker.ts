import { IMAGE_BYTES, type DecoderFallback } from '../images.js';
import { compileKernel, instantiate, type WebAssemblyExports } from '../webassembly.js';

/** What native/shrink exports; see its README.md. */
interface ShrinkExports extends WebAssemblyExports {
  readonly prepare: () => void;
  readonly reserve: (bytes: number) => number;
  readonly shrink: (bytes: number, maxPixels: number) => number;
  readonly unpack: (bytes: number, width: number, height: number) => number;
  readonly unpack_strips: (
    rowsPerStrip: number,
    width: number,
    height: number,
    compression: number,
    hasDifferences: boolean,
  ) => number;
  readonly keep_rows: (keep: boolean) => void;
  readonly rows: () => number;
  readonly stride: () => number;
  readonly resize: (width: number, height: number) => number;
  readonly pixels: () => number;
  readonly width: () => number;
  readonly height: () => number;
}

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** An image at full resolution: rows of 8-bit RGB, each `stride` bytes after the one before. */
export interface Rows extends ImageSize {
  readonly data: Uint8Array;
  readonly stride: number;
}

/**
 * Receives the rows of an image while they are in the decoder's memory: it must copy rows to keep them, and
 * not throw.
 */
export type SeeRows = (rows: Rows) => void;

/** Rows of 8 bits of RGB, one after the other. */
export interface TiffStrips extends ImageSize {
  readonly strips: readonly Uint8Array[];
  readonly rowsPerStrip: number;
  /** TIFF's number of it: 1 for none, 5 for LZW, 8 for deflate. */
  readonly compression: number;
  /** Pixels are differences from the one to the left. */
  readonly hasDifferences: boolean;
}

/** Memory of an instance grows and never shrinks: one that had to make room for a huge image is not kept. */
const MOST_KEPT_BYTES = 33_554_432;

/** One per thread, made for its first image. */
let instance: ShrinkExports | undefined;

/** What libjpeg-turbo's complaints about a file end the kernel with. */
const COMPLAINT = new Error('libjpeg-turbo complains');

/**
 * The size of an image whose pixels were made, or why they were not; callers find out whether the file is
 * damaged.
 */
export type Shrunk = ImageSize | DecoderFallback;

/** Whether this computer can run the kernel. */
export function canShrink(): boolean {
  try {
    compileKernel('shrink');
    return true;
  } catch {
    // `smearwatch doctor` says why, and each image that libvips decodes instead is counted.
    return false;
  }
}

/** Decodes an ordinary JPEG to 256×256 RGB in `into`. */
export function shrinkJpeg(bytes: Uint8Array, maxPixels: number, into: Uint8Array): Shrunk {
  return use([bytes], into, (shrinker) => {
    const isDone = shrinker.shrink(bytes.length, maxPixels) === 1;
    return isDone ? { width: shrinker.width(), height: shrinker.height() } : undefined;
  });
}

/** Unpacks the zlib stream of a PNG of 8 bits of RGB, in its parts, to 256×256 RGB in `into`. */
export function shrinkPng(
  parts: readonly Uint8Array[],
  { width, height }: ImageSize,
  into: Uint8Array,
  see?: SeeRows,
): Shrunk {
  const bytes = byteCount(parts);
  return use(
    parts,
    into,
    ({ unpack }) => (unpack(bytes, width, height) === 1 ? { width, height } : undefined),
    see,
  );
}

/** Unpacks the strips of a TIFF of 8 bits of RGB to 256×256 RGB in `into`. */
export function shrinkTiff(
  { strips, rowsPerStrip, compression, hasDifferences, width, height }: TiffStrips,
  into: Uint8Array,
  see?: SeeRows,
): Shrunk {
  const sizes = new Uint8Array(Uint32Array.from(strips, ({ length }) => length).buffer);
  return use(
    [sizes, ...strips],
    into,
    ({ unpack_strips: unpack }) =>
      unpack(rowsPerStrip, width, height, compression, hasDifferences) === 1 ? { width, height } : undefined,
    see,
  );
}

/** Resizes RGB pixels to 256×256 RGB in `into`. */
export function shrinkPixels(pixels: Uint8Array, size: ImageSize, into: Uint8Array): Shrunk {
  return use([pixels], into, ({ resize }) => (resize(size.width, size.height) === 1 ? size : undefined));
}

function byteCount(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function use(
  parts: readonly Uint8Array[],
  into: Uint8Array,
  shrink: (shrinker: ShrinkExports) => ImageSize | undefined,
  see?: SeeRows,
): Shrunk {
  try {
    instance ??= makeInstance();
  } catch {
    // No SIMD, no file or no memory: the caller counts the fallback, and `smearwatch doctor` says which.
    return 'kernel-unavailable';
  }
  const { memory, reserve, pixels } = instance;
  try {
    let at = reserve(byteCount(parts));
    if (at === 0) return 'image-not-ordinary';
    for (const part of parts) {
      new Uint8Array(memory.buffer).set(part, at);
      at += part.length;
    }
    if (see !== undefined) instance.keep_rows(true);
    const size = shrink(instance);
    if (size !== undefined) into.set(new Uint8Array(memory.buffer, pixels(), IMAGE_BYTES));
    if (see !== undefined) showRows(instance, size, see);
    return size ?? 'image-not-ordinary';
  } catch (error) {
    // Its memory is in disorder now. What is wrong with the image, if anything, sharp will say.
    instance = undefined;
    return error === COMPLAINT ? 'image-not-ordinary' : 'kernel-failed';
  } finally {
    if (memory.buffer.byteLength > MOST_KEPT_BYTES) instance = undefined;
  }
}

function showRows(
  { memory, keep_rows: keepRows, rows, stride }: ShrinkExports,
  size: ImageSize | undefined,
  see: SeeRows,
): void {
  const bytes = stride();
  if (size !== undefined && rows() !== 0) {
    const length = bytes * (size.height - 1) + 3 * size.width;
    see({ ...size, data: new Uint8Array(memory.buffer, rows(), length), stride: bytes });
  }
  keepRows(false);
}

function makeInstance(): ShrinkExports {
  const complain = (): never => {
    throw COMPLAINT;
  };
  const refuse = (): never => {
    throw new Error('the kernel asks for what it does not need');
  };
  const made = instantiate('shrink', {
    env: { fail: complain, emscripten_notify_memory_growth: () => undefined },
    wasi_snapshot_preview1: { proc_exit: refuse, fd_close: refuse, fd_write: refuse, fd_seek: refuse },
  }) as ShrinkExports;
  made.prepare();
  return made;
}
