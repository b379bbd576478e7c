import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defineCommand } from '../../src/cli/command.js';
import { runProgram } from '../../src/cli/program.js';
import { trainOptions } from '../../src/cli/train/options.js';
import { planOf } from '../../src/cli/train/plan.js';
import type { TrainingPlan } from '../../src/train/options.js';
import { presetRecipe } from '../../src/train/presets.js';
import { CapturedTerminal } from './capture.js';

/** The plan that a command line leads to. */
async function planFor(...argv: string[]): Promise<TrainingPlan> {
  let plan: TrainingPlan | undefined;
  const command = defineCommand({
    command: 'train',
    describe: 'Plans.',
    options: trainOptions,
    examples: [],
    run: (values) => {
      plan = planOf(values, 4, '/models', new Date('2026-03-01T14:05:09Z'));
      return Promise.resolve(0);
    },
  });
  const terminal = new CapturedTerminal();
  await runProgram(['train', '--data', '/data', ...argv], terminal, [command]);
  if (plan === undefined) throw new Error(terminal.text.err);
  return plan;
}

it.each(['default', 'paper'] as const)('the preset %s alone is its recipe', async (preset) => {
  const plan = await planFor('--network', 'alexnet', '--preset', preset);
  expect(plan.recipe).toEqual(presetRecipe(preset, 'alexnet'));
  expect(plan).toMatchObject({
    network: { name: 'alexnet', options: { classes: 4 } },
    dataDir: '/data',
    runDir: join(process.cwd(), 'runs/alexnet-20260301-140509'),
    modelsDir: '/models',
    modelName: 'alexnet',
    resume: false,
    precision: 'float32',
  });
});

it('what is typed goes over the preset, zero and "no" included', async () => {
  const plan = await planFor(
    '--network',
    'alexnet',
    '--epochs',
    '3',
    '--stain',
    '0',
    '--no-turns',
    '--no-drop-last',
    '--groups',
    '1',
    '--lrn',
    '--split-by',
    'group',
    '--seed',
    '0',
    '--validation-share',
    '0',
  );
  expect(plan.network.options).toEqual({ classes: 4, groups: 1, lrn: true });
  expect(plan.recipe).toMatchObject({
    epochs: 3,
    dropLast: false,
    seed: 0,
    augmentation: { turns: false, stain: 0, brightness: 0.1 },
    split: { by: 'group', testShare: 0.3, validationShare: 0 },
  });
});

it.each([
  [['--network', 'lenet5', '--groups', '2'], '--groups and --lrn are options of AlexNet'],
  [['--network', 'lenet5', '--resume'], '--resume needs --run'],
  [['--network', 'lenet5', '--momentum', '2'], '--momentum must be a number from 0 to 0.9999'],
])('%o is refused', async (argv, expected) => {
  await expect(planFor(...argv)).rejects.toThrow(expected);
});
