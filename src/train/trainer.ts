import type { Network } from '../model/networks/network.js';
import type { Tensorflow } from '../model/tensorflow/load.js';
import { countBatches, trainingBatches } from './batches.js';
import {
  fingerprintOf,
  readBest,
  readCheckpoint,
  writeBest,
  writeCheckpoint,
  type BestEpoch,
} from './checkpoint.js';
import { Clock } from './clock.js';
import { epochRecord, measuredPart } from './epoch-record.js';
import type { EpochRecord, History, IterationRecord } from './history.js';
import { Learner } from './learner.js';
import type { LabelledImage } from './load-images.js';
import type { Measured } from './measure-model.js';
import type { Recipe, TrainingPlan } from './options.js';
import type { Progress } from './protocol.js';
import { learningRateAt, type Schedule } from './schedule.js';
import type { Split } from './split.js';

export interface TrainerEvents {
  onProgress(progress: Progress): void;
  onEpoch(record: EpochRecord, isBest: boolean): void;
  /** Asked after each iteration. */
  shouldStop(): boolean;
}

export interface Trained {
  /** Whose weights these are. */
  readonly epoch: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** On the test part. */
  readonly test: Measured;
  readonly history: History;
  readonly seconds: number;
}

/** One training of one network: a loop over epochs whose whole state is a `Checkpoint`. */
export class Trainer {
  readonly #recipe: Recipe;
  readonly #split: Split<LabelledImage>;
  readonly #runDir: string;
  readonly #learner: Learner;
  readonly #fingerprint: string;
  readonly #perEpoch: number;
  #history: History = { iterations: [], epochs: [] };
  #best: BestEpoch | undefined;
  #seconds = 0;

  constructor(
    tf: Tensorflow,
    network: Network,
    { recipe, precision, runDir }: Pick<TrainingPlan, 'recipe' | 'precision' | 'runDir'>,
    split: Split<LabelledImage>,
  ) {
    this.#recipe = recipe;
    this.#split = split;
    this.#runDir = runDir;
    const labels = split.train.map(({ label }) => label);
    this.#learner = new Learner(tf, network, recipe, labels);
    this.#fingerprint = fingerprintOf({ network, recipe, precision, images: contentsOf(split) });
    this.#perEpoch = countBatches(labels.length, recipe);
  }

  get iterations(): number {
    return this.#perEpoch * this.#recipe.epochs;
  }

  get finishedEpochs(): number {
    return this.#history.epochs.length;
  }

  /** @throws SmearwatchError `checkpoint-missing`, `checkpoint-damaged`, `checkpoint-foreign` */
  async resume(): Promise<void> {
    const checkpoint = await readCheckpoint(this.#runDir, this.#fingerprint);
    this.#learner.restore(checkpoint.weights, checkpoint.velocities);
    this.#history = checkpoint.history;
    this.#best = checkpoint.best;
    this.#seconds = checkpoint.seconds;
  }

  /** Undefined: stopped before the end; the last epoch's checkpoint is on disk. */
  async run(events: TrainerEvents): Promise<Trained | undefined> {
    const clock = new Clock(this.#seconds);
    while (!this.#isDone()) {
      const iterations = await this.#trainEpoch(clock, events);
      if (iterations === undefined) return undefined;
      await this.#finishEpoch(iterations, clock, events);
      if (events.shouldStop()) return undefined;
    }
    const best = this.#best;
    if (best !== undefined) this.#learner.restore(await readBest(this.#runDir), this.#learner.velocities());
    return {
      epoch: best?.epoch ?? this.finishedEpochs,
      weights: this.#learner.weights(),
      test: await this.#learner.measure(this.#split.test),
      history: this.#history,
      seconds: this.#seconds,
    };
  }

  dispose(): void {
    this.#learner.dispose();
  }

  #isDone(): boolean {
    const { epochs, earlyStopping } = this.#recipe;
    const sinceBest = this.finishedEpochs - (this.#best?.epoch ?? this.finishedEpochs);
    return this.finishedEpochs >= epochs || (earlyStopping > 0 && sinceBest >= earlyStopping);
  }

  /** The epoch's iterations; undefined when asked to stop within it: what it learnt is then not kept. */
  async #trainEpoch(clock: Clock, events: TrainerEvents): Promise<IterationRecord[] | undefined> {
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
      await new Promise(setImmediate); // messages, such as the one to stop
      if (events.shouldStop()) return undefined;
    }
    this.#learner.settle();
    return records;
  }

  #schedule(): Schedule {
    const { schedule: kind, learningRate, warmupEpochs } = this.#recipe;
    const warmupIterations = Math.round(warmupEpochs * this.#perEpoch);
    return { kind, learningRate, warmupIterations, iterations: this.iterations };
  }

  #progressOf({ epoch, iteration, loss, accuracy }: IterationRecord, clock: Clock): Progress {
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

  /** Measures, and makes the epoch durable: from here on a crash costs only later epochs. */
  async #finishEpoch(
    iterations: readonly IterationRecord[],
    clock: Clock,
    events: TrainerEvents,
  ): Promise<void> {
    const part = measuredPart(this.#split);
    const measured = await this.#learner.measure(this.#split[part]);
    const record = epochRecord(iterations, part, measured, clock.seconds - this.#seconds);
    this.#history.iterations.push(...iterations);
    this.#history.epochs.push(record);
    this.#seconds = clock.seconds;
    const weights = this.#learner.weights();
    const isBest = part === 'validation' && record.quadraticLoss < (this.#best?.quadraticLoss ?? Infinity);
    if (isBest) {
      this.#best = { epoch: record.epoch, quadraticLoss: record.quadraticLoss };
      await writeBest(this.#runDir, this.#best, weights);
    }
    await writeCheckpoint(this.#runDir, {
      epoch: record.epoch,
      fingerprint: this.#fingerprint,
      best: this.#best,
      history: this.#history,
      seconds: this.#seconds,
      weights,
      velocities: this.#learner.velocities(),
    });
    events.onEpoch(record, isBest);
  }
}

/** Images by content and label, in the order that training takes them in. */
function contentsOf({ train, validation, test }: Split<LabelledImage>): unknown {
  return [train, validation, test].map((part) => part.map(({ sha256, label }) => [sha256, label]));
}
