import { SmearwatchError } from '../errors.js';
import { IMAGE_BYTES } from '../images.js';
import type { BatchResult } from '../pool/inference-pool.js';
import type { PreparedImage } from './prepare.js';
import type { ClassifiedImage } from './result-record.js';

export interface Classifier {
  classify(pixels: Uint8Array<ArrayBuffer>, count: number): Promise<BatchResult>;
}

export interface FailedImage {
  readonly prepared: PreparedImage;
  readonly error: unknown;
}

/**
 * Classifies a batch. When its worker dies of it or hangs, the halves are tried apart, down to the one image that is to
 * blame: its neighbours finish. Failures that no image can be blamed for are not divided.
 */
export async function classifyBatch(
  classifier: Classifier,
  batch: readonly PreparedImage[],
  onFailure: (images: number, error: unknown) => void,
): Promise<(ClassifiedImage | FailedImage)[]> {
  const submittedAt = performance.now();
  try {
    const result = await classifier.classify(joinPixels(batch), batch.length);
    const answeredAt = performance.now();
    return batch.map((prepared, index) => ({
      prepared,
      result,
      index,
      batchImages: batch.length,
      submittedAt,
      answeredAt,
    }));
  } catch (error) {
    onFailure(batch.length, error);
    if (batch.length === 1 || !isDivisible(error)) return batch.map((prepared) => ({ prepared, error }));
    const middle = Math.ceil(batch.length / 2);
    const halves = [batch.slice(0, middle), batch.slice(middle)];
    return (await Promise.all(halves.map((half) => classifyBatch(classifier, half, onFailure)))).flat();
  }
}

/** The one copy of pixels on their way: into a buffer of the batch, which is then moved to the worker. */
function joinPixels(batch: readonly PreparedImage[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(batch.length * IMAGE_BYTES);
  batch.forEach(({ image }, index) => joined.set(image.pixels, index * IMAGE_BYTES));
  return joined;
}

function isDivisible(error: unknown): boolean {
  return error instanceof SmearwatchError && error.code !== 'pool-closed';
}
