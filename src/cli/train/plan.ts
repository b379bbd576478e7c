import { join, resolve } from 'node:path';
import { availableCores } from '../../available-cores.js';
import { cacheFolder } from '../../cache-folder.js';
import type { Architecture } from '../../model/networks/architectures.js';
import type { TrainingRecipe, TrainingPlan } from '../../train/options.js';
import { presetRecipe } from '../../train/presets.js';
import { usageError } from '../options.js';
import { timestamp } from '../timestamp.js';
import type { TrainValues } from './options.js';

/** The values that were typed, on top of the preset's. */
export function planOf(
  values: TrainValues,
  classes: number,
  modelsDir: string,
  now = new Date(),
): TrainingPlan {
  const { network, data, run, name, split, resume } = values;
  if (resume && run === undefined)
    throw usageError('--resume needs --run', 'Name the folder of the run to continue.');
  return {
    network: architectureOf(values, classes),
    recipe: recipeOf(values),
    dataDir: resolve(data),
    runDir: resolve(run ?? join('runs', `${network}-${timestamp(now)}`)),
    cacheDir: join(cacheFolder(), 'pixels'),
    modelsDir,
    modelName: name ?? network,
    splitFile: split === undefined ? undefined : resolve(split),
    intendedUse: values['intended-use'],
    resume,
    threads: values.threads ?? availableCores(),
    precision: values.precision,
  };
}

function architectureOf(values: TrainValues, classes: number): Architecture {
  const { network, groups, lrn } = values;
  const headUnits = values['head-units'];
  const options = { classes, ...(headUnits !== undefined && { headUnits }) };
  if (network === 'alexnet') {
    return {
      name: network,
      options: { ...options, ...(groups !== undefined && { groups }), ...(lrn !== undefined && { lrn }) },
    };
  }
  if (groups !== undefined || lrn !== undefined) {
    throw usageError('--groups and --lrn are options of AlexNet', 'Leave them out for lenet5.');
  }
  return { name: network, options };
}

function recipeOf(values: TrainValues): TrainingRecipe {
  const preset = presetRecipe(values.preset, values.network);
  const { augmentation, split } = preset;
  return {
    preset: values.preset,
    seed: values.seed ?? preset.seed,
    epochs: values.epochs ?? preset.epochs,
    batchSize: values['batch-size'] ?? preset.batchSize,
    dropLast: values['drop-last'] ?? preset.dropLast,
    learningRate: values['learning-rate'] ?? preset.learningRate,
    schedule: values.schedule ?? preset.schedule,
    warmupEpochs: values['warmup-epochs'] ?? preset.warmupEpochs,
    momentum: values.momentum ?? preset.momentum,
    weightDecay: values['weight-decay'] ?? preset.weightDecay,
    clipNorm: values['clip-norm'] ?? preset.clipNorm,
    labelSmoothing: values['label-smoothing'] ?? preset.labelSmoothing,
    classWeights: values['class-weights'] ?? preset.classWeights,
    augmentation: {
      turns: values.turns ?? augmentation.turns,
      brightness: values.brightness ?? augmentation.brightness,
      stain: values.stain ?? augmentation.stain,
      colour: values.colour ?? augmentation.colour,
    },
    earlyStopping: values['early-stopping'] ?? preset.earlyStopping,
    split: {
      by: values['split-by'] ?? split.by,
      testShare: values['test-share'] ?? split.testShare,
      validationShare: values['validation-share'] ?? split.validationShare,
    },
  };
}
