import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SmearwatchError } from '../errors.js';
import type { TrainingHistory } from './history.js';
import { readTensorFile, writeTensorFile } from './tensor-file.js';

export interface BestEpoch {
  readonly epoch: number;
  /** Quadratic loss on the validation part, by which epochs are compared. */
  readonly quadraticLoss: number;
}

/**
 * The complete state of a training, from which it continues as if it had never stopped; randomness follows
 * from seed and epoch.
 */
export interface Checkpoint {
  /** Number of finished epochs. */
  readonly epoch: number;
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
  readonly best: BestEpoch | undefined;
  readonly history: TrainingHistory;
  /** Seconds trained so far, in all processes. */
  readonly seconds: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly velocities: ReadonlyMap<string, Float32Array>;
}

type Meta = Omit<Checkpoint, 'weights' | 'velocities'>;

const LAST = 'checkpoint.bin';
const BEST = 'best.bin';
const VELOCITY = 'velocity:';

/** Hash of everything that the weights depend on, which must be unchanged when a checkpoint is continued. */
export function fingerprintOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export async function writeCheckpoint(runDir: string, checkpoint: Checkpoint): Promise<void> {
  const { weights, velocities, ...meta } = checkpoint;
  const tensors = new Map([
    ...weights,
    ...[...velocities].map(([name, values]) => [VELOCITY + name, values] as const),
  ]);
  await writeTensorFile<Meta>(join(runDir, LAST), { meta, tensors });
}

/**
 * Reads a checkpoint.
 * @throws SmearwatchError `checkpoint-missing`, `checkpoint-damaged`, `checkpoint-foreign` when the options,
 *   the data or the split differ from those of the run.
 */
export async function readCheckpoint(runDir: string, fingerprint: string): Promise<Checkpoint> {
  const file = await readTensorFile<Meta>(join(runDir, LAST));
  if (file === undefined) {
    throw new SmearwatchError('checkpoint-missing', `There is no checkpoint in ${runDir} to resume from.`);
  }
  if (file.meta.fingerprint !== fingerprint) {
    throw new SmearwatchError(
      'checkpoint-foreign',
      `The checkpoint in ${runDir} belongs to another training.`,
    );
  }
  const all = [...file.tensors];
  return {
    ...file.meta,
    weights: new Map(all.filter(([name]) => !name.startsWith(VELOCITY))),
    velocities: new Map(
      all
        .filter(([name]) => name.startsWith(VELOCITY))
        .map(([name, values]) => [name.slice(VELOCITY.length), values]),
    ),
  };
}

/**
 * Writes the weights of the best epoch before the checkpoint that names them, so that a checkpoint's best
 * weights always exist.
 */
export async function writeBest(
  runDir: string,
  best: BestEpoch,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  await writeTensorFile(join(runDir, BEST), { meta: best, tensors: weights });
}

/**
 * Reads the weights of the best epoch.
 * @throws SmearwatchError `checkpoint-damaged`
 */
export async function readBest(runDir: string): Promise<ReadonlyMap<string, Float32Array>> {
  const file = await readTensorFile<BestEpoch>(join(runDir, BEST));
  if (file !== undefined) return file.tensors;
  throw new SmearwatchError('checkpoint-damaged', `The weights of the best epoch are missing in ${runDir}.`, {
    hint: 'Train again: the file best.bin was removed.',
  });
}
