/**
 * How fast AlexNet is trained, and where the time goes: images per second at batch 15 and 64 in three
 * processes, in turn, medians over the rounds.
 *
 * plain:    tf.train.momentum in the environment that a process has by itself
 * ours:     the environment and the in-place update of `smearwatch train`
 * bfloat16: the same with `--precision bfloat16`
 *
 * `outside` is the share of a step's time that is spent in none of TensorFlow's kernels: building batches,
 * JavaScript.
 *
 * npx tsx scripts/training-speed.ts [--rounds 3] [--steps 5] [--batch-sizes 15,64]
 */
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { IMAGE_BYTES } from '../src/images.js';
import { buildNetwork } from '../src/model/networks/architectures.js';
import { applyModel, buildModel, setWeights } from '../src/model/tensorflow/build-model.js';
import { trainingEnvironment } from '../src/model/tensorflow/environment.js';
import { loadTensorflow, type Tensorflow } from '../src/model/tensorflow/load.js';
import { Random } from '../src/random.js';
import { trainingBatches, type Batch } from '../src/train/batches.js';
import { initialWeights } from '../src/train/initial-weights.js';
import { Learner } from '../src/train/learner.js';
import { presetRecipe } from '../src/train/presets.js';
import { targetsOf } from '../src/train/training-step.js';

const VARIANTS = ['plain', 'ours', 'bfloat16'] as const;
type Variant = (typeof VARIANTS)[number];
interface Speed {
  readonly imagesPerSecond: number;
  readonly outside: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '5' },
    'batch-sizes': { type: 'string', default: '15,64' },
    variant: { type: 'string' },
    batch: { type: 'string' },
  },
});
const network = buildNetwork({ name: 'alexnet', options: { classes: 3 } });
const steps = Number(values.steps);
if (values.variant === undefined) await compare();
else report(await measure(values.variant as Variant, Number(values.batch)));

async function compare(): Promise<void> {
  for (const batch of values['batch-sizes'].split(',').map(Number)) {
    const speeds = new Map<Variant, Speed[]>(VARIANTS.map((variant) => [variant, []]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const variant of VARIANTS) speeds.get(variant)?.push(await inProcess(variant, batch));
    }
    const medianOf = (variant: Variant, key: keyof Speed): number =>
      median((speeds.get(variant) ?? []).map((speed) => speed[key]));
    for (const variant of VARIANTS) {
      const rate = medianOf(variant, 'imagesPerSecond');
      console.log(
        `batch ${batch}, ${variant}: ${rate.toFixed(1)} images/s ` +
          `(${(rate / medianOf('plain', 'imagesPerSecond')).toFixed(2)} × plain), ` +
          `outside TensorFlow's kernels ${(100 * medianOf(variant, 'outside')).toFixed(1)} %`,
      );
    }
  }
}

function report(speed: Speed): void {
  if (process.send === undefined) console.log(speed);
  else process.send(speed);
}

async function inProcess(variant: Variant, batch: number): Promise<Speed> {
  const ours = variant === 'plain' ? {} : trainingEnvironment();
  const precision = variant === 'bfloat16' ? { ONEDNN_DEFAULT_FPMATH_MODE: 'BF16' } : {};
  const child = fork(
    fileURLToPath(import.meta.url),
    ['--variant', variant, '--batch', String(batch), '--steps', String(steps)],
    { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...ours, ...precision } },
  );
  const [speed] = (await once(child, 'message')) as [Speed];
  return speed;
}

async function measure(variant: Variant, batchSize: number): Promise<Speed> {
  const tf = await loadTensorflow();
  const recipe = { ...presetRecipe('default', 'alexnet'), batchSize };
  const random = new Random(1, 'images');
  const images = Array.from({ length: batchSize * (steps + 2) }, (_, index) => ({
    file: `${index}`,
    sha256: `${index}`,
    label: index % 3,
    source: '',
    group: '',
    pixels: Buffer.from(Uint8Array.from({ length: IMAGE_BYTES }, () => random.integer(0, 255))),
  }));
  const kernels = timeKernels(tf);
  const learn = variant === 'plain' ? plainStep(tf) : ourStep(tf, recipe);
  let [count, start] = [0, 0];
  for (const batch of trainingBatches(images, recipe, 1)) {
    if (count === 2) [start, kernels.ms] = [performance.now(), 0]; // the first two fill caches and buffers
    learn(batch, count);
    count += 1;
  }
  const ms = performance.now() - start;
  return { imagesPerSecond: (1000 * batchSize * (count - 2)) / ms, outside: 1 - kernels.ms / ms };
}

function ourStep(tf: Tensorflow, recipe: ReturnType<typeof presetRecipe>) {
  const learner = new Learner(tf, network, recipe, [0, 1, 2]);
  return (batch: Batch, iteration: number): void => void learner.learn(batch, iteration, 0.001);
}

/** The same step as anybody would write it with tfjs. */
function plainStep(tf: Tensorflow) {
  const built = buildModel(tf, network);
  setWeights(tf, built, initialWeights(network, 1));
  const optimizer = tf.train.momentum(0.001, 0.9);
  const variables = built.parameters.map(({ variable }) => variable);
  const logitsOf = (input: Tensor): Tensor2D => applyModel(built.logits, input, true) as Tensor2D;
  return ({ pixels, labels }: Batch): void =>
    tf.tidy(() => {
      const input = tf.tensor(pixels, [labels.length, 256, 256, 3]);
      const targets = tf.tensor2d(targetsOf(labels, { labelSmoothing: 0, classWeights: [] }, 3), [
        labels.length,
        3,
      ]);
      const loss = optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy<Tensor2D, Scalar>(targets, logitsOf(input)),
        true,
        variables,
      );
      loss?.dataSync();
    });
}

/** Sums up the time in the one function of tfjs-node through which every kernel runs. */
function timeKernels(tf: Tensorflow): { ms: number } {
  const sum = { ms: 0 };
  const backend = tf.backend() as unknown as { binding: { executeOp(...args: unknown[]): unknown } };
  const execute = backend.binding.executeOp.bind(backend.binding);
  const timed = (...args: unknown[]): unknown => {
    const start = performance.now();
    try {
      return execute(...args);
    } finally {
      sum.ms += performance.now() - start;
    }
  };
  backend.binding = Object.create(backend.binding, { executeOp: { value: timed } }) as typeof backend.binding;
  return sum;
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
}
