import type { Architecture } from '../model/networks/architectures.js';
import { NO_AUGMENTATION } from './augment.js';
import type { Recipe } from './options.js';

export const PRESET_NAMES = ['default', 'paper'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/**
 * The paper's: batch 15 with the incomplete one dropped (186 iterations an epoch on 2,800 images), 30 epochs, SGD with
 * momentum, 70/30 by image and class, the last epoch kept. The learning rate is not stated: MATLAB's default is 0.01, and
 * its weight decay 0.0001.
 */
const PAPER: Recipe = {
  preset: 'paper',
  seed: 1,
  epochs: 30,
  batchSize: 15,
  dropLast: true,
  learningRate: 0.001,
  schedule: 'constant',
  warmupEpochs: 0,
  momentum: 0.9,
  weightDecay: 1e-4,
  clipNorm: 0,
  labelSmoothing: 0,
  classWeights: 'none',
  augmentation: NO_AUGMENTATION,
  earlyStopping: 0,
  split: { by: 'image', testShare: 0.3, validationShare: 0 },
};

const DEFAULT: Recipe = {
  preset: 'default',
  seed: 1,
  epochs: 20,
  batchSize: 32,
  dropLast: true,
  learningRate: 0.01,
  schedule: 'cosine',
  warmupEpochs: 1,
  momentum: 0.9,
  weightDecay: 5e-4,
  clipNorm: 5,
  labelSmoothing: 0.05,
  classWeights: 'balanced',
  augmentation: { turns: true, brightness: 0.1, stain: 0.15, colour: 0.08 },
  earlyStopping: 0,
  split: { by: 'image', testShare: 0.3, validationShare: 0.1 },
};

/** A preset's recipe for a network. */
export function presetRecipe(preset: PresetName, network: Architecture['name']): Recipe {
  if (preset === 'paper') return PAPER;
  return network === 'lenet5' ? { ...DEFAULT, epochs: 40, learningRate: 0.02, weightDecay: 1e-4 } : DEFAULT;
}
