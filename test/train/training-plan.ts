import { join } from 'node:path';
import { NO_AUGMENTATION } from '../../src/train/augment.js';
import type { TrainingRecipe, TrainingPlan } from '../../src/train/options.js';
import { presetRecipe } from '../../src/train/presets.js';
import { compiled } from '../fixtures/compiled.js';

/** The compiled child: a process runs JavaScript, and the tests run the sources. */
export const TRAINING_ENTRY = compiled('train/main.js');

/** A plan of a few seconds with LeNet-5. Everything is below `folder`; the run has its own folder there. */
export function smallPlan(
  folder: string,
  {
    run = 'run',
    resume = false,
    recipe = {},
  }: { run?: string; resume?: boolean; recipe?: Partial<TrainingRecipe> } = {},
): TrainingPlan {
  return {
    network: { name: 'lenet5', options: { classes: 3 } },
    recipe: {
      ...presetRecipe('default', 'lenet5'),
      epochs: 4,
      batchSize: 16,
      earlyStopping: 0,
      augmentation: { ...NO_AUGMENTATION, turns: true, brightness: 0.05 },
      ...recipe,
    },
    dataDir: join(folder, 'data'),
    runDir: join(folder, 'runs', run),
    cacheDir: join(folder, 'pixels'),
    modelsDir: join(folder, 'models', run),
    modelName: 'lenet5',
    intendedUse: 'Tests only.',
    resume,
    threads: 1,
    precision: 'float32',
  };
}
