import type { InferredOptionTypes, Options } from 'yargs';
import { dataOption, fraction, integer, jsonOption } from '../options.js';
import { registryOptions } from '../registry.js';

const preset = 'otherwise as the preset says';

/** Every option of `train`; those without a default are the preset's. */
export const trainOptions = {
  network: { choices: ['alexnet', 'lenet5'], demandOption: true, describe: 'What to train.' },
  data: dataOption,
  preset: {
    choices: ['default', 'paper'],
    default: 'default',
    describe: 'Where all other values come from: our own, or as in the paper.',
  },
  epochs: integer('epochs', { min: 1, max: 100_000 }, { describe: `Passes over the data; ${preset}.` }),
  'batch-size': integer('batch-size', { min: 1, max: 4096 }, { describe: `Images per step; ${preset}.` }),
  'drop-last': { type: 'boolean', describe: "Leave out an epoch's incomplete last batch." },
  'learning-rate': fraction('learning-rate', { min: 0, max: 10 }, { describe: 'Highest learning rate.' }),
  schedule: { choices: ['constant', 'cosine'], describe: 'How the learning rate changes.' },
  'warmup-epochs': fraction('warmup-epochs', { min: 0 }, { describe: 'Epochs of rising learning rate.' }),
  momentum: fraction('momentum', { min: 0, max: 0.9999 }, { describe: 'Of the gradient descent.' }),
  'weight-decay': fraction('weight-decay', { min: 0, max: 1 }, { describe: 'L2 penalty of the weights.' }),
  'clip-norm': fraction('clip-norm', { min: 0 }, { describe: 'Longest gradient; 0 for any.' }),
  'label-smoothing': fraction(
    'label-smoothing',
    { min: 0, max: 0.9 },
    { describe: 'Share of the target that is spread over all classes.' },
  ),
  'class-weights': {
    choices: ['none', 'balanced'],
    describe: 'balanced: an image counts the more, the rarer its class.',
  },
  turns: { type: 'boolean', describe: 'Vary images by flips and quarter turns.' },
  brightness: fraction(
    'brightness',
    { min: 0, max: 1 },
    { describe: 'Greatest variation of the light; 0 for none.' },
  ),
  stain: fraction('stain', { min: 0, max: 1 }, { describe: 'Vary the strength of the stain.' }),
  colour: fraction('colour', { min: 0, max: 1 }, { describe: 'Vary the hue of the stain.' }),
  'early-stopping': integer(
    'early-stopping',
    { min: 0 },
    { describe: 'Epochs without a better validation after which to stop; 0 for never.' },
  ),
  'split-by': {
    choices: ['image', 'group'],
    describe: 'group: no patient (group in manifest.csv) in both training and test.',
  },
  'test-share': fraction(
    'test-share',
    { min: 0.01, max: 0.9 },
    { describe: 'Share of the images for the test.' },
  ),
  'validation-share': fraction(
    'validation-share',
    { min: 0, max: 0.9 },
    { describe: 'Share of the training images that chooses the best epoch.' },
  ),
  split: { type: 'string', requiresArg: true, describe: 'Use the split of another run: its split.json.' },
  seed: integer('seed', { min: 0 }, { describe: 'Of the split, the first weights and the order of images.' }),
  groups: {
    choices: [1, 2],
    describe: 'AlexNet: convolutions in two groups (2, as in the paper) or not (1).',
  },
  lrn: { type: 'boolean', describe: 'AlexNet: local response normalisation.' },
  'head-units': integer(
    'head-units',
    { min: 2, max: 100_000 },
    { describe: 'Outputs of the last layer; otherwise one per class.' },
  ),
  name: { type: 'string', requiresArg: true, describe: "The model's name; otherwise the network's." },
  'intended-use': {
    type: 'string',
    requiresArg: true,
    default: 'Research and testing; not for patients.',
    describe: 'Stated in the manifest.',
  },
  ...registryOptions,
  run: {
    type: 'string',
    requiresArg: true,
    describe: 'Folder for checkpoints and history; otherwise runs/<network>-<time>.',
  },
  resume: {
    type: 'boolean',
    default: false,
    describe: 'Continue from the last checkpoint in --run, with the same options.',
  },
  threads: integer('threads', { min: 1, max: 1024 }, { describe: 'Cores to use; otherwise all.' }),
  precision: {
    choices: ['float32', 'bfloat16'],
    default: 'float32',
    describe: 'bfloat16 is faster where the processor has it, and less exact.',
  },
  json: jsonOption,
} as const satisfies Readonly<Record<string, Options>>;

export type TrainValues = InferredOptionTypes<typeof trainOptions>;
