import { decodeImage } from '../../decode/decode-image.js';
import { SmearwatchError } from '../../errors.js';
import { faultPoint } from '../../faults.js';
import { readTimeout } from '../../files/read-failures.js';
import { inPlace, readSettledFile } from '../../files/read-settled-file.js';
import { within } from '../../within.js';
import type { FileToPrepare, PreparedImage, PrepareLimits } from '../protocol.js';
import { doubtsOf } from './doubts.js';
import { lookOf } from './image-look.js';

/** The bytes of a file, and how long it took to read them. */
export interface ReadImage {
  readonly bytes: Buffer<ArrayBuffer>;
  /** Time to read the file, in milliseconds. */
  readonly readMs: number;
}

/** Provides the memory for a file, as `readSettledFile` describes. */
type Allocate = (size: number) => Buffer<ArrayBuffer>;

/**
 * Reads a file on libuv's threads.
 * @throws SmearwatchError those of `readSettledFile`, and `read-timeout`: its memory may still be written to
 */
export function readImage(
  file: FileToPrepare,
  { maxFileBytes: maxBytes, readWithinMs }: PrepareLimits,
  allocate?: Allocate,
): Promise<ReadImage> {
  return timed(file, () =>
    within(readWithinMs, readSettledFile(file.folder, file, { maxBytes, allocate }), {
      late: () => {
        throw readTimeout(file.folder, readWithinMs);
      },
    }),
  );
}

/**
 * Reads a file on this thread, which hangs if the disk does not answer.
 * @throws SmearwatchError those of `readSettledFile`
 */
export function readLocalImage(
  file: FileToPrepare,
  { maxFileBytes: maxBytes }: PrepareLimits,
  allocate?: Allocate,
): Promise<ReadImage> {
  return timed(file, () => readSettledFile(file.folder, file, { maxBytes, allocate, access: inPlace }));
}

async function timed({ path }: FileToPrepare, read: () => Promise<Buffer<ArrayBuffer>>): Promise<ReadImage> {
  const start = performance.now();
  faultPoint('preparing', path);
  const bytes = await read();
  return { bytes, readMs: performance.now() - start };
}

/**
 * Decodes an image into `into`: uint8, 256×256×3, RGB.
 * @throws SmearwatchError those of `decodeImage`, and `unexpected-size`
 */
export async function prepareImage(
  file: FileToPrepare,
  bytes: Buffer,
  { maxPixels, decoder: choice }: PrepareLimits,
  into: Uint8Array,
): Promise<PreparedImage> {
  const start = performance.now();
  const decoded = await decodeImage(bytes, { maxPixels, decoder: choice, into });
  const { width, height, format, decoder, fallback } = decoded;
  const { expectedSize } = file;
  const isExpectedSize =
    expectedSize === undefined || (width === expectedSize.width && height === expectedSize.height);
  if (!isExpectedSize && expectedSize.otherwise === 'quarantine')
    throw unexpectedSize({ width, height }, file.scanner, expectedSize);
  const look = lookOf(into);
  const doubts = await doubtsOf(bytes, format, into);
  faultPoint('prepared', file.path);
  const decodeMs = performance.now() - start;
  return { format, decoder, fallback, width, height, look, isExpectedSize, doubts, decodeMs };
}

interface PixelSize {
  readonly width: number;
  readonly height: number;
}

function unexpectedSize(image: PixelSize, scanner: string, { width, height }: PixelSize): SmearwatchError {
  return new SmearwatchError(
    'unexpected-size',
    `The image has ${image.width}×${image.height} pixels; scanner ${scanner} writes ${width}×${height}`,
    { hint: `Correct scanners[].expectedSize of ${scanner}, or set its "otherwise" to accept.` },
  );
}
