import type { Network } from '../model/networks/network.js';
import { buildModel, getWeights, setWeights, type BuiltModel } from '../model/tensorflow/build-model.js';
import type { Tensorflow } from '../model/tensorflow/load.js';
import type { Batch } from './batches.js';
import { DropoutMasks } from './dropout-masks.js';
import { initialWeights } from './initial-weights.js';
import type { TrainingImage } from './load-images.js';
import { measureModel, type MeasuredWeights } from './measure-model.js';
import { MomentumOptimizer } from './momentum.js';
import { useNativeGradients } from './native-gradients.js';
import type { TrainingRecipe } from './options.js';
import { balancedWeights, trainStep, type Objective, type StepMeasures } from './training-step.js';

type WeightValues = ReadonlyMap<string, Float32Array>;

/** A network in training: its weights and everything that changes them. It handles batches, not epochs. */
export class Learner {
  readonly #tf: Tensorflow;
  readonly #built: BuiltModel;
  readonly #optimizer: MomentumOptimizer;
  readonly #masks: DropoutMasks;
  readonly #objective: Objective;

  /** Draws all of the weights; `restore` replaces them. */
  constructor(tf: Tensorflow, network: Network, recipe: TrainingRecipe, trainingLabels: readonly number[]) {
    this.#tf = tf;
    useNativeGradients(tf);
    this.#masks = new DropoutMasks(recipe.seed);
    this.#built = buildModel(tf, network, { dropoutMask: this.#masks.draw });
    setWeights(tf, this.#built, initialWeights(network, recipe.seed));
    this.#optimizer = new MomentumOptimizer(tf, this.#built.parameters, recipe);
    this.#objective = {
      labelSmoothing: recipe.labelSmoothing,
      classWeights:
        recipe.classWeights === 'balanced' ? balancedWeights(trainingLabels, network.classes) : [],
    };
  }

  /** Makes one update. `iteration` counts from 0 over all epochs. */
  learn(batch: Batch, iteration: number, learningRate: number): StepMeasures {
    this.#masks.begin(iteration);
    return trainStep(this.#tf, this.#built, this.#optimizer, batch, this.#objective, learningRate);
  }

  /** Must be called after an epoch, before its weights are measured or kept. */
  settle(): void {
    this.#optimizer.settle();
  }

  measure(images: readonly TrainingImage[]): Promise<MeasuredWeights> {
    return measureModel(this.#tf, this.#built, images);
  }

  /** Copies of the weights, by parameter name. */
  weights(): Map<string, Float32Array> {
    return getWeights(this.#built);
  }

  /** Copies of the velocities, by parameter name. */
  velocities(): Map<string, Float32Array> {
    return this.#optimizer.velocities();
  }

  restore(weights: WeightValues, velocities: WeightValues): void {
    this.#optimizer.restore(weights, velocities);
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#built.dispose();
  }
}
