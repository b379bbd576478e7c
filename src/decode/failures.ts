import { SmearwatchError } from '../errors.js';

export function imageEmpty(): SmearwatchError {
  return new SmearwatchError('image-empty', 'The file is empty');
}

/** @param what the file is instead, where that is known: see `foreignFormat`. */
export function imageFormatUnsupported(what: string | undefined): SmearwatchError {
  const subject = what === undefined ? 'The file is not' : `The file is ${what}, not`;
  return new SmearwatchError('image-format-unsupported', `${subject} a PNG, JPEG, TIFF or BMP image`);
}

/** No image begins with 16 zeros, and what writes a file of its final size leaves them where it stopped. */
export function imageUnwritten(): SmearwatchError {
  return new SmearwatchError(
    'image-format-unsupported',
    'The file begins with zeros: its contents were never written',
    {
      hint: 'Copy it again from the scanner. A copy that was broken off, a power cut or a full disk leaves such files.',
    },
  );
}

/**
 * The failure of a whole file of one of the four formats whose kind is not decoded.
 * @param what it has, for "The JPEG has …"
 * @param hint names the kinds that are decoded
 */
export function kindUnsupported(format: string, what: string, hint: string): SmearwatchError {
  return new SmearwatchError(
    'image-format-unsupported',
    `The ${format} has ${what}, which is not supported`,
    { hint },
  );
}

export function imageTruncated(what: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError('image-truncated', `The image is truncated: ${what}`, { cause });
}

export function imageDamaged(what: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError('image-damaged', `The image is damaged: ${what}`, { cause });
}

/** @param size width × height, where they are known. */
export function imageTooLarge(size: string | undefined, maxPixels: number, cause?: unknown): SmearwatchError {
  return new SmearwatchError(
    'image-too-large',
    size === undefined
      ? `The image has more than ${maxPixels} pixels, which is the limit`
      : `The image has ${size} pixels and the limit is ${maxPixels}`,
    { cause },
  );
}

/**
 * Not a failure of the image itself: an overloaded machine brings it about as well, so that it is tried again
 * before the file goes into quarantine.
 */
export function decodeTimeout(maxSeconds: number, cause: unknown): SmearwatchError {
  return new SmearwatchError('decode-timeout', `The image could not be decoded within ${maxSeconds} s`, {
    hint: 'Is this machine overloaded? If not, the file is damaged or made to do harm: copy it again from the scanner.',
    cause,
  });
}

/**
 * libvips samples what it enlarges at other places, so that a picture would not be the one that models know.
 */
export function resizeUnavailable(width: number, height: number): SmearwatchError {
  return new SmearwatchError(
    'resize-unavailable',
    `The image of ${width}×${height} pixels could not be resized to 256×256`,
  );
}
