import type { Architecture } from '../model/networks/architectures.js';
import { NO_AUGMENTATION } from './augment.js';
import type { TrainingRecipe } from './options.js';

export const PRESET_NAMES = ['default', 'paper'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/**
 * The paper's recipe: batch 15 with the incomplete one dropped (186 iterations an epoch on 2,800 images), 30
 * epochs, SGD with momentum, 70/30 by image and class, the last epoch kept. Momentum 0.9 and weight decay
 * 0.0001 are the defaults of MATLAB's trainingOptions('sgdm'), to which the paper's other options correspond.
 *
 * The paper states no learning rate; 0.003, without a schedule, is our choice. It was compared in one run
 * each of AlexNet from random weights on 315 synthetic smears: none diverged. At MATLAB's default of 0.01 the
 * cross-entropy of the test images jumped (from 0.44 to 2.29 within two epochs); 0.001 had hardly begun to
 * learn after four epochs; 0.003 was ahead of both after four (0.64 against 0.83 and 1.02), and stayed below
 * 0.85 in the eight that were run.
 */
const PAPER: TrainingRecipe = {
  preset: 'paper',
  seed: 1,
  epochs: 30,
  batchSize: 15,
  dropLast: true,
  learningRate: 0.003,
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

const DEFAULT: TrainingRecipe = {
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
export function presetRecipe(preset: PresetName, network: Architecture['name']): TrainingRecipe {
  if (preset === 'paper') return PAPER;
  return network === 'lenet5' ? { ...DEFAULT, epochs: 40, learningRate: 0.02, weightDecay: 1e-4 } : DEFAULT;
}
