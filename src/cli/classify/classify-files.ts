import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Config } from '../../config/schema.js';
import { configureDecoding, decodeImage } from '../../decode/decode-image.js';
import { messageOf, SmearwatchError } from '../../errors.js';
import { IMAGE_BYTES, type DecoderName } from '../../images.js';
import { decide, predictionsOf } from '../../pipeline/decision.js';
import { doubtsOf } from '../../pool/worker/doubts.js';
import { readSettledFile } from '../../files/read-settled-file.js';
import type { InferencePool } from '../../pool/inference-pool.js';
import type { Decision, ModelPrediction, ReviewReason } from '../../record.js';
import type { FoundImage } from './find-images.js';

export interface ClassifiedFile {
  readonly path: string;
  readonly sha256: string;
  readonly decoder: DecoderName;
  readonly width: number;
  readonly height: number;
  readonly models: readonly ModelPrediction[];
  readonly decision: Decision;
}

export interface UnclassifiedFile {
  readonly path: string;
  readonly code: string;
  readonly reason: string;
}

export type FileOutcome = ClassifiedFile | UnclassifiedFile;

export interface ClassifyOptions {
  readonly limits: Pick<Config['pipeline'], 'batchSize' | 'maxFileBytes' | 'maxPixels' | 'decoder'>;
  readonly minConfidence: number;
  readonly signal: AbortSignal;
}

/**
 * Classifies files outside the daemon, in the order given; nothing is recorded. While one batch per worker is
 * classified the next is decoded, so that pixels of a few batches exist, however many files there are.
 */
export async function* classifyFiles(
  files: readonly FoundImage[],
  pool: InferencePool,
  options: ClassifyOptions,
): AsyncGenerator<FileOutcome> {
  configureDecoding();
  const begun: Promise<FileOutcome[]>[] = [];
  const { batchSize } = options.limits;
  for (let at = 0; at < files.length; at += batchSize) {
    options.signal.throwIfAborted();
    const batch = classifyBatch(files.slice(at, at + batchSize), pool, options);
    // Met in its turn below; until then a failure must not count as one that nobody handles.
    batch.catch(() => undefined);
    begun.push(batch);
    if (begun.length > pool.workers.configured) yield* (await begun.shift()) ?? [];
  }
  for (const batch of begun) yield* await batch;
}

interface Loaded {
  readonly path: string;
  readonly sha256: string;
  readonly decoder: DecoderName;
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
  readonly doubts: readonly ReviewReason[];
}

async function classifyBatch(
  files: readonly FoundImage[],
  pool: InferencePool,
  { limits, minConfidence }: ClassifyOptions,
): Promise<FileOutcome[]> {
  const read = await Promise.all(files.map((image) => load(image, limits)));
  const loaded = read.filter((image): image is Loaded => 'pixels' in image);
  if (loaded.length === 0) return read.filter((image): image is UnclassifiedFile => !('pixels' in image));
  const pixels = new Uint8Array(loaded.length * IMAGE_BYTES);
  loaded.forEach((image, index) => pixels.set(image.pixels, index * IMAGE_BYTES));
  const result = await pool.classify(pixels, loaded.length);
  return read.map((image) => {
    if (!('pixels' in image)) return image;
    const { path, sha256, decoder, width, height, doubts } = image;
    const models = predictionsOf(result, loaded.indexOf(image));
    // No scanner, hence no size that it would have to have.
    const decision = decide(models, { minConfidence, isExpectedSize: true, doubts });
    return { path, sha256, decoder, width, height, models, decision };
  });
}

/** One unusable file is an answer, not the end of the others. */
async function load(
  image: FoundImage,
  limits: ClassifyOptions['limits'],
): Promise<Loaded | UnclassifiedFile> {
  const { path } = image;
  try {
    const bytes = await read(image, limits.maxFileBytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { maxPixels, decoder: choice } = limits;
    const { pixels, width, height, format, decoder } = await decodeImage(bytes, {
      maxPixels,
      decoder: choice,
    });
    return { path, sha256, decoder, width, height, pixels, doubts: await doubtsOf(bytes, format, pixels) };
  } catch (error) {
    const code = error instanceof SmearwatchError ? error.code : 'file-unreadable';
    return { path, code, reason: messageOf(error) };
  }
}

/** As the daemon reads it. Where a link was named, what it leads to. */
async function read({ path, isNamed }: FoundImage, maxBytes: number): Promise<Buffer> {
  const file = isNamed ? await realpath(path) : path;
  const { size, mtimeMs } = await lstat(file);
  return readSettledFile(dirname(file), { path: basename(file), size, mtimeMs }, { maxBytes });
}
