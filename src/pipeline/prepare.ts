import { createHash } from 'node:crypto';
import { decodeImage, type DecodedImage } from '../decode/decode-image.js';
import { lookOf } from '../drift/image-look.js';
import { SmearwatchError } from '../errors.js';
import type { Claim } from '../ledger/ledger.js';
import type { ImageLook } from '../record.js';
import { readSettledFile } from './read-file.js';
import type { ImageSource } from './settings.js';

/** An image ready to be classified. */
export interface PreparedImage {
  readonly claim: Claim;
  readonly scanner: ImageSource;
  readonly sha256: string;
  readonly image: DecodedImage;
  readonly look: ImageLook;
  readonly isExpectedSize: boolean;
  /** Milliseconds. */
  readonly times: { readonly queued: number; readonly read: number; readonly decode: number };
  /** `performance.now()` when it was decoded. */
  readonly preparedAt: number;
}

/** The bytes have a result already: nothing to classify. */
export interface KnownImage {
  readonly claim: Claim;
  readonly sha256: string;
  readonly isKnown: true;
}

export interface PrepareLimits {
  readonly maxFileBytes: number;
  readonly maxPixels: number;
}

/**
 * Reads, fingerprints and decodes one file. Decoding comes last, and only for bytes that have no result.
 * @throws SmearwatchError those of `readSettledFile` and `decodeImage`, and `unexpected-size`
 */
export async function prepareImage(
  claim: Claim,
  scanner: ImageSource,
  limits: PrepareLimits,
  hasResult: (sha256: string) => boolean,
): Promise<PreparedImage | KnownImage> {
  const start = performance.now();
  const bytes = await readSettledFile(scanner.folder, claim, limits.maxFileBytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const readAt = performance.now();
  if (!claim.reclassify && hasResult(sha256)) return { claim, sha256, isKnown: true };
  const image = await withFingerprint(sha256, async () =>
    decodeImage(bytes, { maxPixels: limits.maxPixels }),
  );
  const { expectedSize } = scanner;
  const isExpectedSize = expectedSize === undefined || isOfSize(image, expectedSize);
  if (!isExpectedSize && expectedSize.otherwise === 'quarantine')
    throw unexpectedSize(image, scanner.name, expectedSize, sha256);
  const preparedAt = performance.now();
  const times = {
    queued: Math.max(0, Date.now() - claim.queuedAt - (preparedAt - start)),
    read: readAt - start,
    decode: preparedAt - readAt,
  };
  return { claim, scanner, sha256, image, look: lookOf(image.pixels), isExpectedSize, times, preparedAt };
}

/** A failure after the bytes are known carries their fingerprint into the quarantine's record. */
export class FingerprintedError extends SmearwatchError {
  readonly sha256: string;

  constructor(error: SmearwatchError, sha256: string) {
    super(error.message, {
      code: error.code,
      kind: error.kind,
      cause: error,
      ...(error.hint && { hint: error.hint }),
    });
    this.sha256 = sha256;
  }
}

async function withFingerprint<T>(sha256: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SmearwatchError ? new FingerprintedError(error, sha256) : error;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function isOfSize(image: Size, { width, height }: Size): boolean {
  return image.width === width && image.height === height;
}

function unexpectedSize(
  image: Size,
  scanner: string,
  { width, height }: Size,
  sha256: string,
): FingerprintedError {
  return new FingerprintedError(
    new SmearwatchError(
      `The image has ${image.width}×${image.height} pixels; scanner ${scanner} writes ${width}×${height}`,
      {
        code: 'unexpected-size',
        hint: `Correct scanners[].expectedSize of ${scanner}, or set its "otherwise" to accept.`,
      },
    ),
    sha256,
  );
}
