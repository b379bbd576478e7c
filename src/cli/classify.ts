import { EXIT } from '../errors.js';
import type { ModelPrediction } from '../record.js';
import { ENGINE_NAMES } from '../engine.js';
import type { ClassifiedFile, FileOutcome } from './classify/classify-files.js';
import type { FoundImage } from './classify/find-images.js';
import type { ClassifySettings } from './classify/settings.js';
import { defineCommand } from './command.js';
import { interruptible } from './interrupt.js';
import { configOption, integer, jsonOption, usageError } from './options.js';
import { printable, printJson, printLine, type Terminal } from './output.js';
import { registryOptions } from './registry.js';

export const classifyCommand = defineCommand({
  command: 'classify <paths..>',
  describe: 'Classify image files or folders now, without a daemon; nothing is recorded.',
  positionals: {
    paths: {
      type: 'string',
      array: true,
      demandOption: true,
      describe:
        'Image files, or folders of them. Links named here are followed; links found in a folder are not.',
    },
  },
  options: {
    models: {
      type: 'string',
      requiresArg: true,
      describe:
        "Models by name, name@version or name@label, separated by commas; otherwise the configuration's.",
    },
    registry: registryOptions.registry,
    engine: {
      choices: ENGINE_NAMES,
      describe:
        "What runs the models; otherwise the configuration's, and onnxruntime for --models. An imported LayersModel needs tfjs-node.",
    },
    config: { ...configOption, describe: 'Take models, limits and workers from this configuration file.' },
    workers: integer(
      'workers',
      { min: 1, max: 256 },
      { describe: 'Inference workers; otherwise one per core.' },
    ),
    json: jsonOption,
  },
  examples: [
    ['classify cell.png', 'Both networks on one image.'],
    ['classify smears --models alexnet@1 --json', 'All images below a folder, as JSON.'],
    ['classify cell.png --models keras --engine tfjs-node', 'A LayersModel, which TensorFlow serves.'],
  ],
  epilogue: 'Exits 3 when some files could not be classified.',
  async run({ paths, json, ...values }, { terminal }) {
    const { findImages } = await import('./classify/find-images.js');
    const { settingsOf } = await import('./classify/settings.js');
    const files = await findImages(paths);
    if (files.length === 0) throw usageError('There are no images in these folders');
    const settings = settingsOf({ ...values, files: files.length });
    const outcomes = await interruptible((signal) => classify(files, settings, terminal, signal));
    if (json) printJson(terminal, outcomes);
    else for (const outcome of outcomes) printOutcome(terminal, outcome);
    return outcomes.every((outcome) => 'decision' in outcome) ? EXIT.done : EXIT.incomplete;
  },
});

async function classify(
  files: readonly FoundImage[],
  settings: ClassifySettings,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<FileOutcome[]> {
  const { loadModelSpecs } = await import('../model/registry/in-use.js');
  const { InferencePool } = await import('../pool/inference-pool.js');
  const { classifyFiles } = await import('./classify/classify-files.js');
  const { models, workers, taskTimeoutMs, kernels, limits, minConfidence } = settings;
  const pool = await InferencePool.start({
    workerFile: new URL('../pool/worker/worker.js', import.meta.url),
    workers,
    models: await loadModelSpecs(models),
    taskTimeoutMs,
    kernels,
  });
  const { startProgress } = await import('./progress.js');
  const progress = startProgress({ terminal, label: 'Classifying', total: files.length, unit: 'images' });
  const outcomes: FileOutcome[] = [];
  try {
    for await (const outcome of classifyFiles(files, pool, { limits, minConfidence, signal })) {
      outcomes.push(outcome);
      progress.update(outcomes.length);
    }
    return outcomes;
  } finally {
    progress.finish();
    await pool.destroy();
  }
}

function printOutcome(terminal: Terminal, outcome: FileOutcome): void {
  const path = printable(outcome.path);
  if ('decision' in outcome) printLine(terminal, `${path}  ${describe(outcome)}`);
  else printLine(terminal, `${path}  not classified: ${printable(outcome.reason)} (${outcome.code})`);
}

function describe({ decision, models }: ClassifiedFile): string {
  const review = decision.review ? `  review: ${decision.reviewReasons.join(', ')}` : '';
  return `${decision.class}  ${models.map(describePrediction).join('  ')}${review}`;
}

function describePrediction({ name, version, class: cellClass, probabilities }: ModelPrediction): string {
  return `${name}@${version} ${cellClass} ${(probabilities[cellClass] ?? 0).toFixed(3)}`;
}
