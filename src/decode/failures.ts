import { messageOf, SmearwatchError } from '../errors.js';
import type { ImageFormat } from './sniff.js';

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

export function bmpUnsupported(what: string): SmearwatchError {
  return failure(
    'image-format-unsupported',
    `The BMP has ${what}, which is not supported`,
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

/** @param size width × height where they are known. */
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

function decodeTimeout(maxSeconds: number, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The image could not be decoded within ${maxSeconds} s`, {
    code: DECODE_TIMEOUT,
    hint: 'Is this machine overloaded? If not, the file is damaged or made to do harm: copy it again from the scanner.',
    cause,
  });
}

/** libvips tells its failures apart in words only. */
export function fromSharp(
  error: unknown,
  { format, maxPixels, maxSeconds }: { format: ImageFormat; maxPixels: number; maxSeconds: number },
): SmearwatchError {
  if (error instanceof SmearwatchError) return error;
  const message = messageOf(error);
  if (/exceeds pixel limit/i.test(message)) return imageTooLarge(undefined, maxPixels, error);
  if (/^timeout: /.test(message)) return decodeTimeout(maxSeconds, error);
  // The first bytes were those of a format that it does support.
  if (/unsupported image format/i.test(message)) return imageDamaged('its header cannot be read', error);
  const words = decoderWords(message, format);
  const what = `its ${format.toUpperCase()} data cannot be decoded`;
  return imageDamaged(words === undefined ? what : `${what} (${words})`, error);
}

/** How libvips' messages name the formats; those of images that fail at the same time get mixed up. */
const WORDS: Readonly<Record<ImageFormat, RegExp>> = {
  png: /png/i,
  jpeg: /jpe?g/i,
  tiff: /tiff/i,
  bmp: /bmp/i,
};

/** What the decoder says, for whoever looks into it: its first line that is about this format and says something. */
export function decoderWords(message: string, format: ImageFormat): string | undefined {
  const isOfAnother = (line: string): boolean =>
    Object.entries(WORDS).some(([other, words]) => other !== format && words.test(line));
  return message
    .split('\n')
    .map((line) => line.replace(/^(vips\w*|\w+load_buffer): */i, '').trim())
    .find((line) => line !== '' && !/^warning treated as error/i.test(line) && !isOfAnother(line));
}

function failure(code: ImageFailureCode, message: string, hint: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError(message, { code, hint, cause });
}
