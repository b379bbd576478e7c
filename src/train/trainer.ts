import type { Network } from '../model/networks/network.js';
import type { Tensorflow } from '../model/tensorflow/load.js';
import { countBatches, trainingBatches } from './batches.js';
import { fingerprintOf } from './checkpoint.js';
import { TrainingClock } from './clock.js';
import { epochRecord, measuredPart } from './epoch-record.js';
import type { EpochRecord, TrainingHistory, IterationRecord } from './history.js';
import { Learner } from './learner.js';
import type { TrainingImage } from './load-images.js';
import type { MeasuredWeights } from './measure-model.js';
import type { TrainingRecipe, TrainingPlan } from './options.js';
import type { TrainingProgress } from './protocol.js';
import { RunState } from './run-state.js';
import { learningRateAt, type LearningRateSchedule } from './schedule.js';
import type { Split } from '../dataset/split.js';

export interface TrainerEvents {
  onProgress(progress: TrainingProgress): void;
  onEpoch(record: EpochRecord, isBest: boolean): void;
  /** Called after each iteration. */
  shouldStop(): boolean;
}

export interface Trained {
  /** The epoch whose weights these are. */
  readonly epoch: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Measurements on the test part. */
  readonly test: MeasuredWeights;
  readonly history: TrainingHistory;
  readonly seconds: number;
}

/** One training of one network: a loop over epochs whose whole state is a `Checkpoint`. */
export class Trainer {
  readonly #recipe: TrainingRecipe;
  readonly #split: Split<TrainingImage>;
  readonly #learner: Learner;
  readonly #state: RunState;
  readonly #perEpoch: number;

  constructor(
    tf: Tensorflow,
    network: Network,
    { recipe, precision, runDir }: Pick<TrainingPlan, 'recipe' | 'precision' | 'runDir'>,
    split: Split<TrainingImage>,
  ) {
    this.#recipe = recipe;
    this.#split = split;
    const labels = split.train.map(({ label }) => label);
    this.#learner = new Learner(tf, network, recipe, labels);
    const fingerprint = fingerprintOf({ network, recipe, precision, images: contentsOf(split) });
    this.#state = new RunState(runDir, fingerprint);
    this.#perEpoch = countBatches(labels.length, recipe);
  }

  get iterations(): number {
    return this.#perEpoch * this.#recipe.epochs;
  }

  get finishedEpochs(): number {
    return this.#state.finishedEpochs;
  }

  /**
   * Continues from the checkpoint.
   * @throws SmearwatchError `checkpoint-missing`, `checkpoint-damaged`, `checkpoint-foreign`
   */
  resume(): Promise<void> {
    return this.#state.resume(this.#learner);
  }

  /** Trains until the end; undefined when it was stopped before, with the last epoch's checkpoint on disk. */
  async run(events: TrainerEvents): Promise<Trained | undefined> {
    const clock = new TrainingClock(this.#state.seconds);
    while (!this.#isDone()) {
      const iterations = await this.#trainEpoch(clock, events);
      if (iterations === undefined) return undefined;
      await this.#finishEpoch(iterations, clock, events);
      if (events.shouldStop()) return undefined;
    }
    await this.#state.restoreKept(this.#learner);
    return {
      epoch: this.#state.keptEpoch,
      weights: this.#learner.weights(),
      test: await this.#learner.measure(this.#split.test),
      history: this.#state.history,
      seconds: this.#state.seconds,
    };
  }

  dispose(): void {
    this.#learner.dispose();
  }

  #isDone(): boolean {
    const { epochs, earlyStopping } = this.#recipe;
    const sinceKept = this.finishedEpochs - this.#state.keptEpoch;
    return this.finishedEpochs >= epochs || (earlyStopping > 0 && sinceKept >= earlyStopping);
  }

  /** Runs the epoch's iterations; undefined when stopped within it, in which case its progress is lost. */
  async #trainEpoch(clock: TrainingClock, events: TrainerEvents): Promise<IterationRecord[] | undefined> {
    const epoch = this.finishedEpochs + 1;
    const schedule = this.#schedule();
    const records: IterationRecord[] = [];
    for (const batch of trainingBatches(this.#split.train, this.#recipe, epoch)) {
      const before = this.finishedEpochs * this.#perEpoch + records.length;
      const learningRate = learningRateAt(schedule, before);
      const measures = this.#learner.learn(batch, before, learningRate);
      const record = { iteration: before + 1, epoch, learningRate, ...measures };
      records.push(record);
      clock.trained(batch.labels.length);
      events.onProgress(this.#progressOf(record, clock));
      await new Promise(setImmediate); // lets messages arrive, such as the one to stop
      if (events.shouldStop()) return undefined;
    }
    this.#learner.settle();
    return records;
  }

  #schedule(): LearningRateSchedule {
    const { schedule: kind, learningRate, warmupEpochs } = this.#recipe;
    const warmupIterations = Math.round(warmupEpochs * this.#perEpoch);
    return { kind, learningRate, warmupIterations, iterations: this.iterations };
  }

  #progressOf({ epoch, iteration, loss, accuracy }: IterationRecord, clock: TrainingClock): TrainingProgress {
    return {
      epoch,
      epochs: this.#recipe.epochs,
      iteration,
      iterations: this.iterations,
      loss,
      accuracy,
      imagesPerSecond: clock.imagesPerSecond,
      secondsLeft: clock.secondsFor(this.iterations - iteration),
    };
  }

  async #finishEpoch(
    iterations: readonly IterationRecord[],
    clock: TrainingClock,
    events: TrainerEvents,
  ): Promise<void> {
    const part = measuredPart(this.#split);
    const measured = await this.#learner.measure(this.#split[part]);
    const record = epochRecord(iterations, part, measured, clock.seconds - this.#state.seconds);
    events.onEpoch(record, await this.#state.finishEpoch(this.#learner, iterations, record));
  }
}

/** Images by content and label, in the order in which training uses them. */
function contentsOf({ train, validation, test }: Split<TrainingImage>): unknown {
  return [train, validation, test].map((part) => part.map(({ sha256, label }) => [sha256, label]));
}
