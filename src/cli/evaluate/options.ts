import type { InferredOptionTypes, Options } from 'yargs';
import { ENGINE_NAMES } from '../../engine.js';
import { PARTS } from '../../evaluate/plan.js';
import { configOption, dataOption, integer, jsonOption } from '../options.js';
import { registryOptions } from '../registry.js';

export const evaluateOptions = {
  data: dataOption,
  models: {
    type: 'string',
    requiresArg: true,
    describe:
      "Models by name, name@version or name@label, separated by commas; otherwise the configuration's.",
  },
  split: {
    type: 'string',
    requiresArg: true,
    describe: "A training's split.json: a part of it is evaluated.",
  },
  part: {
    choices: PARTS,
    describe: 'Which part of the split; test unless said otherwise. all: every image.',
  },
  by: {
    type: 'string',
    requiresArg: true,
    describe: 'Column of manifest.csv, for instance source: the figures again for each of its values.',
  },
  out: {
    type: 'string',
    requiresArg: true,
    describe:
      'Folder for the results, or that of an interrupted evaluation to continue; otherwise evaluations/<time>.',
  },
  registry: registryOptions.registry,
  config: {
    ...configOption,
    describe: 'Take models, limits, workers and gates from this configuration file.',
  },
  engine: { choices: ENGINE_NAMES, describe: "What runs the models; otherwise the configuration's." },
  workers: integer(
    'workers',
    { min: 1, max: 256 },
    { describe: 'Inference workers; otherwise one per core.' },
  ),
  json: jsonOption,
} as const satisfies Readonly<Record<string, Options>>;

export type EvaluateValues = InferredOptionTypes<typeof evaluateOptions>;
