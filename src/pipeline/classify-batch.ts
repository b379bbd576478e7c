import { errorOf, SmearwatchError } from '../errors.js';
import type { Classifier } from '../pool/classifier.js';
import type { FilesResult } from '../pool/inference-pool.js';
import type { FileReply, PreparedImage, PrepareLimits, FileToPrepare } from '../pool/protocol.js';
import type { AdmittedFile } from './admitted.js';

/** What became of a file in its batch. */
export type BatchOutcome = ClassifiedImage | KnownFile | FailedFile;

/** An image with the batch that classified it. */
export interface ClassifiedImage {
  readonly file: AdmittedFile;
  readonly image: PreparedImage;
  readonly result: FilesResult;
  /** Its place in the models' probabilities. */
  readonly row: number;
  /** `performance.now()` when the batch went to the pool and came back. */
  readonly submittedAt: number;
  readonly answeredAt: number;
}

/** The bytes have a result already. */
export interface KnownFile {
  readonly file: AdmittedFile;
  readonly knownSha256: string;
}

export interface FailedFile {
  readonly file: AdmittedFile;
  readonly error: unknown;
  /** Where the bytes were read before it failed: for the quarantine's record. */
  readonly sha256?: string;
}

/**
 * Classifies a batch. When its worker dies of it or hangs, the halves are tried apart, down to the one image that is to
 * blame: its neighbours finish. Failures that no image can be blamed for are not divided.
 */
export async function classifyBatch(
  classifier: Classifier,
  batch: readonly AdmittedFile[],
  limits: PrepareLimits,
  onFailure: (images: number, error: unknown) => void,
): Promise<BatchOutcome[]> {
  const submittedAt = performance.now();
  try {
    const result = await classifier.classifyFiles(batch.map(toPrepare), limits);
    const answeredAt = performance.now();
    return batch.map((file, index) =>
      outcomeOf(file, result.files[index], { result, submittedAt, answeredAt }),
    );
  } catch (error) {
    onFailure(batch.length, error);
    if (batch.length === 1 || !isDivisible(error)) return batch.map((file) => ({ file, error }));
    const middle = Math.ceil(batch.length / 2);
    const halves = [batch.slice(0, middle), batch.slice(middle)];
    return (
      await Promise.all(halves.map((half) => classifyBatch(classifier, half, limits, onFailure)))
    ).flat();
  }
}

function toPrepare({ claim, scanner }: AdmittedFile): FileToPrepare {
  const { path, size, mtimeMs, reclassify } = claim;
  const { name, folder, expectedSize } = scanner;
  return { path, size, mtimeMs, scanner: name, folder, expectedSize, skipsKnown: !reclassify };
}

function outcomeOf(
  file: AdmittedFile,
  reply: FileReply | undefined,
  batch: Pick<ClassifiedImage, 'result' | 'submittedAt' | 'answeredAt'>,
): BatchOutcome {
  switch (reply?.kind) {
    case 'classified':
      return { file, image: reply.image, row: reply.row, ...batch };
    case 'known':
      return { file, knownSha256: reply.sha256 };
    case 'unusable': {
      const { sha256 } = reply.failure;
      return { file, error: errorOf(reply.failure), ...(sha256 !== undefined && { sha256 }) };
    }
    case undefined:
      return { file, error: new Error('the worker did not say what became of the file') };
  }
}

function isDivisible(error: unknown): boolean {
  return error instanceof SmearwatchError && error.code !== 'pool-closed';
}
