import { messageOf, SmearwatchError } from '../errors.js';

/** Every reason for which a file is not an image that can be classified. */
export const IMAGE_FAILURE_CODES = [
  'image-empty',
  'image-format-unsupported',
  'image-truncated',
  'image-damaged',
  'image-too-large',
] as const;
export type ImageFailureCode = (typeof IMAGE_FAILURE_CODES)[number];

export function imageEmpty(): SmearwatchError {
  return failure('image-empty', 'The file is empty', 'Check that the scanner finished writing it.');
}

export function imageFormatUnsupported(): SmearwatchError {
  return failure(
    'image-format-unsupported',
    'The file is not a PNG, JPEG, TIFF or BMP image',
    'Its first bytes decide, not its name. Convert it, or keep it out of the folder.',
  );
}

export function bmpUnsupported(what: string): SmearwatchError {
  return failure(
    'image-format-unsupported',
    `The BMP has ${what}`,
    'Let the scanner write uncompressed BMP of 8, 24 or 32 bits, or PNG.',
  );
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

export function imageTooLarge(width: number, height: number, maxPixels: number): SmearwatchError {
  return failure(
    'image-too-large',
    `The image has ${width}×${height} pixels and the limit is ${maxPixels}`,
    'Raise pipeline.maxPixels if the scanner really writes such images.',
  );
}

/** libvips tells its failures apart in words only. */
export function fromSharp(error: unknown, maxPixels: number): SmearwatchError {
  if (error instanceof SmearwatchError) return error;
  const message = firstLine(messageOf(error));
  if (/exceeds pixel limit/i.test(message)) {
    return failure(
      'image-too-large',
      `The image has more than ${maxPixels} pixels`,
      'Raise pipeline.maxPixels if the scanner really writes such images.',
      error,
    );
  }
  // The first bytes were those of a format that it does support.
  if (/unsupported image format/i.test(message)) return imageDamaged('its header cannot be read', error);
  return imageDamaged(message, error);
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

function failure(code: ImageFailureCode, message: string, hint: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError(message, { code, hint, cause });
}
