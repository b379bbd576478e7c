import { SmearwatchError } from '../errors.js';

/** Every reason for which a file is not an image that can be classified; docs/images.md explains each. */
export const IMAGE_FAILURE_CODES = [
  'image-empty',
  'image-format-unsupported',
  'image-truncated',
  'image-damaged',
  'image-too-large',
] as const;
export type ImageFailureCode = (typeof IMAGE_FAILURE_CODES)[number];

/**
 * Not one of the image's own failures: a machine that has far too much to do brings it about as well, so that it is
 * tried again before the file goes into quarantine.
 */
export const DECODE_TIMEOUT = 'decode-timeout';

export function imageEmpty(): SmearwatchError {
  return failure(
    'image-empty',
    'The file is empty',
    'Check that the scanner finished writing it, and copy it again.',
  );
}

/** @param what the file is instead, where that is known: see `foreignFormat`. */
export function imageFormatUnsupported(what: string | undefined): SmearwatchError {
  const subject = what === undefined ? 'The file is not' : `The file is ${what}, not`;
  return failure(
    'image-format-unsupported',
    `${subject} a PNG, JPEG, TIFF or BMP image`,
    'Its first bytes decide, not its name. Convert it, or keep it out of the folder.',
  );
}

/** No image begins with 16 zeros, and what writes a file of its final size leaves them where it stopped. */
export function imageUnwritten(): SmearwatchError {
  return failure(
    'image-format-unsupported',
    'The file begins with zeros: its contents were never written',
    'Copy it again from the scanner. A copy that was broken off, a power cut or a full disk leaves such files.',
  );
}

/**
 * The failure of a whole file of one of the four formats whose kind is not decoded.
 * @param what it has, for "The JPEG has …"
 * @param hint names the kinds that are decoded
 */
export function kindUnsupported(format: string, what: string, hint: string): SmearwatchError {
  return failure('image-format-unsupported', `The ${format} has ${what}, which is not supported`, hint);
}

export function imageTruncated(what: string, cause?: unknown): SmearwatchError {
  return failure(
    'image-truncated',
    `The image is truncated: ${what}`,
    'Copy it again from the scanner.',
    cause,
  );
}

export function imageDamaged(what: string, cause?: unknown): SmearwatchError {
  return failure('image-damaged', `The image is damaged: ${what}`, 'Copy it again from the scanner.', cause);
}

/** @param size width × height, where they are known. */
export function imageTooLarge(size: string | undefined, maxPixels: number, cause?: unknown): SmearwatchError {
  return failure(
    'image-too-large',
    size === undefined
      ? `The image has more than ${maxPixels} pixels, which is the limit`
      : `The image has ${size} pixels and the limit is ${maxPixels}`,
    'Raise pipeline.maxPixels if the scanner really writes such images.',
    cause,
  );
}

export function decodeTimeout(maxSeconds: number, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The image could not be decoded within ${maxSeconds} s`, {
    code: DECODE_TIMEOUT,
    hint: 'Is this machine overloaded? If not, the file is damaged or made to do harm: copy it again from the scanner.',
    cause,
  });
}

/** libvips samples what it enlarges at other places, so that a picture would not be the one that models know. */
export function resizeUnavailable(width: number, height: number): SmearwatchError {
  return new SmearwatchError(`The image of ${width}×${height} pixels could not be resized to 256×256`, {
    code: 'resize-unavailable',
    hint: 'Smearwatch resizes it by WebAssembly, which needs memory and a processor with SIMD: see `smearwatch doctor`.',
  });
}

function failure(code: ImageFailureCode, message: string, hint: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError(message, { code, hint, cause });
}
