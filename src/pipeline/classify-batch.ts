import { from, merge, mergeMap, of, type Observable } from 'rxjs';
import { fateOf, SmearwatchError } from '../errors.js';
import type { Classifier } from '../pool/classifier.js';
import type { BatchReply, FileToPrepare, PrepareLimits } from '../pool/protocol.js';
import type { InFlight } from './in-flight.js';

/** A batch that a worker has answered, or a part of a batch that was divided. */
export interface AnsweredBatch<Image extends FileToPrepare = InFlight> {
  readonly images: readonly Image[];
  /** The worker's answer; its `files` are the outcomes of the images, in the same order. */
  readonly reply: BatchReply;
  /** Value of `performance.now()` when the batch was sent to the pool. */
  readonly submittedAt: number;
  readonly answeredAt: number;
}

/** Images that could not be classified together, and will not be divided further. */
export interface FailedBatch<Image extends FileToPrepare = InFlight> {
  readonly images: readonly Image[];
  readonly error: unknown;
}

/**
 * Classifies a batch. If its worker dies or hangs, the halves are tried separately, down to the one image
 * that causes the failure: its neighbours finish, and each part is emitted when it has its answer. Batches
 * that failed for a reason other than their images are not divided.
 */
export function classifyBatch<Image extends FileToPrepare>(
  classifier: Classifier,
  images: readonly Image[],
  limits: PrepareLimits,
  onFailure: (images: number, error: unknown) => void,
): Observable<AnsweredBatch<Image> | FailedBatch<Image>> {
  return from(answerTo(classifier, images, limits)).pipe(
    mergeMap((batch) => {
      if (!('error' in batch)) return of(batch);
      onFailure(images.length, batch.error);
      if (images.length === 1 || !isDivisible(batch.error)) return of(batch);
      const middle = Math.ceil(images.length / 2);
      const halves = [images.slice(0, middle), images.slice(middle)];
      return merge(...halves.map((half) => classifyBatch(classifier, half, limits, onFailure)));
    }),
  );
}

async function answerTo<Image extends FileToPrepare>(
  classifier: Classifier,
  images: readonly Image[],
  limits: PrepareLimits,
): Promise<AnsweredBatch<Image> | FailedBatch<Image>> {
  const submittedAt = performance.now();
  try {
    const reply = await classifier.classifyFiles(images, limits);
    if (reply.files.length !== images.length)
      throw new Error(`A worker answered for ${reply.files.length} of ${images.length} files`);
    return { images, reply, submittedAt, answeredAt: performance.now() };
  } catch (error) {
    return { images, error };
  }
}

function isDivisible(error: unknown): boolean {
  return error instanceof SmearwatchError && fateOf(error) !== 'postpone';
}
