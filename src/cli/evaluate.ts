import { EXIT } from '../errors.js';
import type { Metrics } from '../evaluate/metrics.js';
import type { EvaluationResult } from '../evaluate/plan.js';
import { defineCommand } from './command.js';
import { evaluateOptions, type EvaluateValues } from './evaluate/options.js';
import { interruptible } from './interrupt.js';
import { printable, printJson, type Terminal } from './output.js';

export const evaluateCommand = defineCommand({
  command: 'evaluate',
  describe: 'Measure models on a labelled folder: figures, predictions and a report.',
  options: evaluateOptions,
  examples: [
    ['evaluate --data cells', 'Both networks on every labelled image.'],
    [
      'evaluate --data cells --models alexnet@2,alexnet@production --by source',
      'Two versions, per hospital.',
    ],
    ['evaluate --data cells --split runs/a/split.json', "Only the images of that training's test."],
  ],
  epilogue:
    'Writes report.html, metrics.json and predictions.csv. To continue an interrupted evaluation, repeat the command with its ' +
    '--out. Where a model was trained on this very folder, only the test part is evaluated, unless --part all. Exits 1 ' +
    'when a gate (evaluation.gates) is missed, 3 when some images could not be evaluated.',
  async run(values, { terminal }) {
    const result = await interruptible((signal) => evaluateFolder(values, terminal, signal));
    for (const note of result.notes) terminal.err.write(`${printable(note)}\n`);
    if (values.json) {
      printJson(terminal, result.metrics);
    } else {
      const { printResult } = await import('./evaluate/print-result.js');
      printResult(terminal, result);
    }
    return exitCodeFor(result.metrics);
  },
});

async function evaluateFolder(
  values: EvaluateValues,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<EvaluationResult> {
  const { evaluate } = await import('../evaluate/evaluate.js');
  const { followEvaluation } = await import('./evaluate/follow.js');
  const { planOf } = await import('./evaluate/plan.js');
  const follower = followEvaluation(terminal);
  try {
    return await evaluate(planOf(values), {
      workerFile: new URL('../pool/worker/worker.js', import.meta.url),
      signal,
      onProgress: (progress) => follower.onProgress(progress),
    });
  } finally {
    follower.finish();
  }
}

function exitCodeFor({ gates, data }: Metrics): number {
  if (gates.some(({ passed }) => !passed)) return EXIT.failed;
  // Of a duplicate the image is counted, under its other name.
  return data.leftOut.every(({ why }) => why === 'duplicate') ? EXIT.done : EXIT.incomplete;
}
