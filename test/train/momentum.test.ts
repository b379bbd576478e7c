import type { Tensor, Variable } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainedParameter } from '../../src/model/tensorflow/build-model.js';
import { loadTensorflow, type Tensorflow } from '../../src/model/tensorflow/load.js';
import { MomentumOptimizer, type MomentumOptions } from '../../src/train/momentum.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../model/engines/engines.js';
import { randomNumbers } from '../model/onnx/random-weights.js';

const SHAPES = { 'conv.weight': [3, 3, 4, 8], 'conv.bias': [8], 'dense.weight': [50, 6], 'dense.bias': [6] };
const PLAIN: MomentumOptions = { momentum: 0.9, weightDecay: 0, clipNorm: 0 };

describe.skipIf(!hasTensorflow)(`momentum in place${NEEDS_TENSORFLOW}`, () => {
  let tf: Tensorflow;
  beforeAll(async () => {
    tf = await loadTensorflow();
  });

  const valuesOf = (shape: readonly number[], seed: number): Float32Array => {
    const random = randomNumbers(seed);
    return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random() - 1);
  };
  const tensorsOf = (seed: number): Tensor[] =>
    Object.values(SHAPES).map((shape, index) => tf.tensor(valuesOf(shape, 10 * seed + index), shape));
  const parametersOf = (): TrainedParameter[] =>
    Object.entries(SHAPES).map(([name, shape], index) => ({
      name,
      shape,
      variable: tf.tidy(() => tf.variable(tf.tensor(valuesOf(shape, index), shape))),
    }));
  const gradientsOf = (variables: readonly Variable[], seed: number): Record<string, Tensor> =>
    Object.fromEntries(tensorsOf(seed).map((tensor, index) => [variables[index]!.name, tensor]));
  const read = (variables: readonly Variable[]): number[][] => variables.map((one) => [...one.dataSync()]);
  const distance = (a: readonly number[][], b: readonly number[][]): number =>
    Math.max(...a.flatMap((values, i) => values.map((value, k) => Math.abs(value - b[i]![k]!))));

  /** Weights after ten steps with gradients of seeds 1 to 10. */
  function train(options: MomentumOptions, rate: number): { weights: number[][]; norms: number[] } {
    const parameters = parametersOf();
    const variables = parameters.map(({ variable }) => variable);
    const optimizer = new MomentumOptimizer(tf, parameters, options);
    const norms = Array.from({ length: 10 }, (_, step) =>
      tf.tidy(() => optimizer.step(gradientsOf(variables, step + 1), rate)),
    );
    optimizer.settle();
    const weights = read(variables);
    optimizer.dispose();
    tf.dispose(variables);
    return { weights, norms };
  }

  it('gives the weights of tf.train.momentum within 1e-6', () => {
    const variables = parametersOf().map(({ variable }) => variable);
    const plain = tf.train.momentum(0.01, 0.9);
    for (let step = 1; step <= 10; step++)
      tf.tidy(() =>
        plain.applyGradients(
          Object.entries(gradientsOf(variables, step)).map(([name, tensor]) => ({ name, tensor })),
        ),
      );
    const expected = read(variables);
    const { weights } = train(PLAIN, 0.01);
    expect(distance(weights, expected)).toBeLessThan(1e-6);
    expect(distance(weights, read(parametersOf().map(({ variable }) => variable)))).toBeGreaterThan(0.01);
  });

  it('shortens gradients that are too long to the length allowed, and says how long they were', () => {
    const { norms } = train({ ...PLAIN, clipNorm: 1 }, 0.01);
    const expected = Math.sqrt(
      tensorsOf(1).reduce((sum, one) => sum + [...one.dataSync()].reduce((a, b) => a + b * b, 0), 0),
    );
    expect(norms[0]).toBeCloseTo(expected, 3);
    // Ten gradients of length 1 with momentum move the weights by no more than 0.01 · Σ(1 + 0.9 + …).
    const start = read(parametersOf().map(({ variable }) => variable));
    const { weights } = train({ ...PLAIN, clipNorm: 1 }, 0.01);
    const moved = Math.sqrt(
      weights.flat().reduce((sum, value, i) => sum + (value - start.flat()[i]!) ** 2, 0),
    );
    expect(moved).toBeLessThan(0.01 * 100);
    expect(moved).toBeGreaterThan(0.01);
  });

  it('shrinks weights but not biases by the decay, at any time of settling', () => {
    const start = read(parametersOf().map(({ variable }) => variable));
    const { weights } = train({ ...PLAIN, weightDecay: 0.5 }, 0);
    expect(distance(weights, start)).toBe(0);
    const decayed = train({ ...PLAIN, weightDecay: 0.1 }, 0.1).weights;
    const plain = train(PLAIN, 0.1).weights;
    expect(distance([decayed[1]!], [plain[1]!])).toBeLessThan(1e-6);
    expect(distance([decayed[0]!], [plain[0]!])).toBeGreaterThan(0.001);
  });

  it('continues from weights and velocities as if it had never stopped', () => {
    const expected = train(PLAIN, 0.01).weights;
    const steps = (optimizer: MomentumOptimizer, variables: Variable[], from: number, to: number): void => {
      for (let step = from; step <= to; step++) {
        tf.tidy(() => void optimizer.step(gradientsOf(variables, step), 0.01));
      }
    };
    const first = parametersOf();
    const before = new MomentumOptimizer(tf, first, PLAIN);
    steps(
      before,
      first.map(({ variable }) => variable),
      1,
      4,
    );
    const weights = new Map(
      first.map(({ name, variable }) => [name, variable.dataSync().slice() as Float32Array]),
    );
    const second = parametersOf();
    const after = new MomentumOptimizer(tf, second, PLAIN);
    after.restore(weights, before.velocities());
    steps(
      after,
      second.map(({ variable }) => variable),
      5,
      10,
    );
    expect(read(second.map(({ variable }) => variable))).toEqual(expected);
  });

  it('leaves no tensors in memory', () => {
    train(PLAIN, 0.01);
    const before = tf.memory().numTensors;
    train({ ...PLAIN, clipNorm: 1, weightDecay: 0.1 }, 0.01);
    expect(tf.memory().numTensors).toBe(before);
  });
});
