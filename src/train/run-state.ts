import { readBest, readCheckpoint, writeBest, writeCheckpoint, type BestEpoch } from './checkpoint.js';
import type { EpochRecord, TrainingHistory, IterationRecord } from './history.js';
import type { Learner } from './learner.js';

/** The state of a run after its finished epochs, in memory and in its folder. */
export class RunState {
  readonly #runDir: string;
  readonly #fingerprint: string;
  #history: TrainingHistory = { iterations: [], epochs: [] };
  #best: BestEpoch | undefined;
  #seconds = 0;

  constructor(runDir: string, fingerprint: string) {
    this.#runDir = runDir;
    this.#fingerprint = fingerprint;
  }

  get history(): TrainingHistory {
    return this.#history;
  }

  get finishedEpochs(): number {
    return this.#history.epochs.length;
  }

  /** The epoch whose weights are kept: the best by validation, else the last. */
  get keptEpoch(): number {
    return this.#best?.epoch ?? this.finishedEpochs;
  }

  /** Seconds trained so far, in all processes. */
  get seconds(): number {
    return this.#seconds;
  }

  /**
   * Continues from the checkpoint.
   * @throws SmearwatchError `checkpoint-missing`, `checkpoint-damaged`, `checkpoint-foreign`
   */
  async resume(learner: Learner): Promise<void> {
    const checkpoint = await readCheckpoint(this.#runDir, this.#fingerprint);
    learner.restore(checkpoint.weights, checkpoint.velocities);
    this.#history = checkpoint.history;
    this.#best = checkpoint.best;
    this.#seconds = checkpoint.seconds;
  }

  /**
   * Adds an epoch and makes it durable: after this, a crash loses only later epochs.
   * @returns whether it is the best so far
   */
  async finishEpoch(
    learner: Learner,
    iterations: readonly IterationRecord[],
    record: EpochRecord,
  ): Promise<boolean> {
    const { epoch, quadraticLoss, measuredOn } = record;
    this.#history.iterations.push(...iterations);
    this.#history.epochs.push(record);
    this.#seconds += record.seconds;
    const weights = learner.weights();
    const isBest = measuredOn === 'validation' && quadraticLoss < (this.#best?.quadraticLoss ?? Infinity);
    if (isBest) {
      this.#best = { epoch, quadraticLoss };
      await writeBest(this.#runDir, this.#best, weights);
    }
    await writeCheckpoint(this.#runDir, {
      epoch,
      fingerprint: this.#fingerprint,
      best: this.#best,
      history: this.#history,
      seconds: this.#seconds,
      weights,
      velocities: learner.velocities(),
    });
    return isBest;
  }

  /** Gives the learner the weights that are kept. */
  async restoreKept(learner: Learner): Promise<void> {
    if (this.#best !== undefined) learner.restore(await readBest(this.#runDir), learner.velocities());
  }
}
