import { initialWeights } from './initial-weights.js';
import type { Network } from '../model/networks/network.js';
import { buildModel, getWeights, setWeights, type BuiltModel } from '../model/tensorflow/build-model.js';
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
import { DropoutMasks } from './dropout-masks.js';
import type { EpochRecord, History, IterationRecord } from './history.js';
import type { LabelledImage } from './load-images.js';
import { measureModel, type Measured } from './measure-model.js';
import { MomentumOptimizer } from './momentum.js';
import type { Recipe } from './options.js';
import type { Progress } from './protocol.js';
import { learningRateAt } from './schedule.js';
import type { Split } from './split.js';
import { balancedWeights, trainStep, type Objective } from './training-step.js';

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
  readonly #tf: Tensorflow;
  readonly #recipe: Recipe;
  readonly #split: Split<LabelledImage>;
  readonly #runDir: string;
  readonly #built: BuiltModel;
  readonly #optimizer: MomentumOptimizer;
  readonly #masks: DropoutMasks;
  readonly #objective: Objective;
  readonly #fingerprint: string;
  readonly #perEpoch: number;
  #history: History = { iterations: [], epochs: [] };
  #best: BestEpoch | undefined;
  #seconds = 0;

  /** All of the weights are drawn here; `resume` replaces them. */
  constructor(tf: Tensorflow, network: Network, recipe: Recipe, split: Split<LabelledImage>, runDir: string) {
    this.#tf = tf;
    this.#recipe = recipe;
    this.#split = split;
    this.#runDir = runDir;
    this.#masks = new DropoutMasks(recipe.seed);
    this.#built = buildModel(tf, network, { dropoutMask: this.#masks.draw });
    setWeights(tf, this.#built, initialWeights(network, recipe.seed));
    this.#optimizer = new MomentumOptimizer(tf, this.#built.parameters, recipe);
    const labels = split.train.map(({ label }) => label);
    this.#objective = {
      labelSmoothing: recipe.labelSmoothing,
      classWeights: recipe.classWeights === 'balanced' ? balancedWeights(labels, network.classes) : [],
    };
    const shas = [split.train, split.validation, split.test].map((part) =>
      part.map(({ sha256, label }) => [sha256, label]),
    );
    this.#fingerprint = fingerprintOf({ network, recipe, shas });
    this.#perEpoch = countBatches(split.train.length, recipe);
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
    this.#optimizer.restore(checkpoint.weights, checkpoint.velocities);
    this.#history = checkpoint.history;
    this.#best = checkpoint.best;
    this.#seconds = checkpoint.seconds;
  }

  /** Undefined: stopped before the end; the last epoch's checkpoint is on disk. */
  async run(events: TrainerEvents): Promise<Trained | undefined> {
    const clock = new Clock(this.#seconds);
    while (!this.#isDone()) {
      if (!(await this.#trainEpoch(clock, events))) return undefined;
      await this.#finishEpoch(clock, events);
      if (events.shouldStop()) return undefined;
    }
    if (this.#best !== undefined)
      this.#optimizer.restore(await readBest(this.#runDir), this.#optimizer.velocities());
    return {
      epoch: this.#best?.epoch ?? this.finishedEpochs,
      weights: getWeights(this.#built),
      test: await measureModel(this.#tf, this.#built, this.#split.test),
      history: this.#history,
      seconds: this.#seconds,
    };
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#built.dispose();
  }

  #isDone(): boolean {
    const { epochs, earlyStopping } = this.#recipe;
    const sinceBest = this.finishedEpochs - (this.#best?.epoch ?? this.finishedEpochs);
    return this.finishedEpochs >= epochs || (earlyStopping > 0 && sinceBest >= earlyStopping);
  }

  /** False: asked to stop; what the epoch had recorded is taken back. */
  async #trainEpoch(clock: Clock, events: TrainerEvents): Promise<boolean> {
    const recipe = this.#recipe;
    const epoch = this.finishedEpochs + 1;
    let iteration = this.finishedEpochs * this.#perEpoch;
    const schedule = {
      kind: recipe.schedule,
      learningRate: recipe.learningRate,
      warmupIterations: Math.round(recipe.warmupEpochs * this.#perEpoch),
      iterations: this.iterations,
    };
    for (const batch of trainingBatches(this.#split.train, this.#recipe, epoch)) {
      const learningRate = learningRateAt(schedule, iteration);
      this.#masks.begin(iteration);
      const measures = trainStep(
        this.#tf,
        this.#built,
        this.#optimizer,
        batch,
        this.#objective,
        learningRate,
      );
      this.#history.iterations.push({ iteration: ++iteration, epoch, learningRate, ...measures });
      clock.trained(batch.labels.length);
      events.onProgress({
        epoch,
        epochs: recipe.epochs,
        iteration,
        iterations: this.iterations,
        loss: measures.loss,
        accuracy: measures.accuracy,
        imagesPerSecond: clock.imagesPerSecond,
        secondsLeft: clock.secondsFor(this.iterations - iteration),
      });
      await new Promise(setImmediate); // messages, such as the one to stop
      if (events.shouldStop()) {
        this.#history.iterations.length = (epoch - 1) * this.#perEpoch;
        return false;
      }
    }
    this.#optimizer.settle();
    return true;
  }

  async #finishEpoch(clock: Clock, events: TrainerEvents): Promise<void> {
    const { validation, test } = this.#split;
    const measuredOn = validation.length > 0 ? 'validation' : 'test';
    const measured = await measureModel(
      this.#tf,
      this.#built,
      measuredOn === 'validation' ? validation : test,
    );
    const record = epochRecord(
      this.finishedEpochs + 1,
      this.#history.iterations.slice(-this.#perEpoch),
      measuredOn,
      measured,
      clock.seconds - this.#seconds,
    );
    this.#history.epochs.push(record);
    const isBest =
      measuredOn === 'validation' && record.quadraticLoss < (this.#best?.quadraticLoss ?? Infinity);
    const weights = getWeights(this.#built);
    if (isBest) {
      this.#best = { epoch: record.epoch, quadraticLoss: record.quadraticLoss };
      await writeBest(this.#runDir, this.#best, weights);
    }
    this.#seconds = clock.seconds;
    await writeCheckpoint(this.#runDir, {
      epoch: record.epoch,
      fingerprint: this.#fingerprint,
      best: this.#best,
      history: this.#history,
      seconds: this.#seconds,
      weights,
      velocities: this.#optimizer.velocities(),
    });
    events.onEpoch(record, isBest);
  }
}

function epochRecord(
  epoch: number,
  iterations: readonly IterationRecord[],
  measuredOn: EpochRecord['measuredOn'],
  measured: Measured,
  seconds: number,
): EpochRecord {
  const mean = (valueOf: (record: IterationRecord) => number): number =>
    iterations.reduce((sum, record) => sum + valueOf(record), 0) / iterations.length;
  return {
    epoch,
    trainingLoss: mean(({ loss }) => loss),
    trainingAccuracy: mean(({ accuracy }) => accuracy),
    measuredOn,
    crossEntropy: measured.crossEntropy,
    quadraticLoss: measured.quadraticLoss,
    shareRight: measured.figures.shareRight,
    accuracy: measured.figures.accuracy,
    seconds,
  };
}

/** Seconds over all processes of a training, and the rate of this one. */
class Clock {
  readonly #before: number;
  readonly #started = performance.now();
  #images = 0;
  #iterations = 0;

  constructor(before: number) {
    this.#before = before;
  }

  trained(images: number): void {
    this.#images += images;
    this.#iterations++;
  }

  get seconds(): number {
    return this.#before + this.#elapsed;
  }

  get imagesPerSecond(): number {
    return this.#images / this.#elapsed;
  }

  secondsFor(iterations: number): number {
    return (this.#elapsed / this.#iterations) * iterations;
  }

  get #elapsed(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
