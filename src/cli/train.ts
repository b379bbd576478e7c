import { EXIT } from '../errors.js';
import type { TrainingResult } from '../train/protocol.js';
import { defineCommand } from './command.js';
import { interruptible } from './interrupt.js';
import { printJson, printLine, type Terminal } from './output.js';
import { openRegistry } from './registry.js';
import { percent } from './train/percent.js';
import { trainOptions, type TrainValues } from './train/options.js';

export const trainCommand = defineCommand({
  command: 'train',
  describe: 'Train AlexNet or LeNet-5 on a labelled folder, and add the model to the registry.',
  options: trainOptions,
  examples: [
    ['train --network lenet5 --data cells', 'Train LeNet-5 with our preset.'],
    ['train --network alexnet --data cells --preset paper', 'Train AlexNet as the paper did.'],
    ['train --network alexnet --data cells --run runs/a --resume', 'Continue an interrupted run.'],
  ],
  epilogue: 'The first use provides TensorFlow (a few hundred MB), and says so.',
  async run(values, { terminal }) {
    const result = await interruptible((signal) => train(values, terminal, signal));
    if (values.json) printJson(terminal, result);
    else printResult(terminal, result);
    return EXIT.done;
  },
});

async function train(values: TrainValues, terminal: Terminal, signal: AbortSignal): Promise<TrainingResult> {
  const { readLabelledFolder } = await import('../dataset/labelled-folder.js');
  const { planOf } = await import('./train/plan.js');
  const { classes } = await readLabelledFolder(values.data);
  const registry = await openRegistry(values);
  const plan = planOf(values, classes.length, registry.folder);
  const { ensureTensorflow } = await import('../model/tensorflow/ensure.js');
  await ensureTensorflow({ onProgress: (line) => terminal.err.write(`${line}\n`), signal });
  const { runTraining } = await import('../train/run-training.js');
  const { followTraining } = await import('./train/follow.js');
  const follower = followTraining(terminal);
  try {
    return await runTraining(plan, { signal, onMessage: (message) => follower.onMessage(message) });
  } finally {
    follower.finish();
  }
}

function printResult(terminal: Terminal, { name, version, folder, epoch, shareRight }: TrainingResult): void {
  printLine(
    terminal,
    `${name}@${version}: ${percent(shareRight)} of the test images right (weights of epoch ${epoch}).`,
  );
  printLine(terminal, folder);
  printLine(terminal, `To use it: models.use: [{ model: ${name}@${version} }]`);
}
