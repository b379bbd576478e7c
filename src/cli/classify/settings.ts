import { resolve } from 'node:path';
import { availableCores } from '../../available-cores.js';
import { loadConfig, parseConfig } from '../../config/load.js';
import type { Config, ModelConfig } from '../../config/schema.js';
import type { EngineName, KernelChoice } from '../../engine.js';
import { wordsOf } from '../options.js';

export interface ClassifySettings {
  readonly models: Config['models'];
  readonly limits: Config['pipeline'];
  readonly minConfidence: number;
  readonly workers: number;
  readonly taskTimeoutMs: number;
  readonly kernels: KernelChoice;
}

/** The models, as the user typed them. */
export interface TypedModels {
  /** Names with or without a version: `alexnet@1,lenet5`. */
  readonly models: string | undefined;
  readonly engine: EngineName | undefined;
  readonly registry: string | undefined;
}

export interface ClassifyArguments extends TypedModels {
  readonly config: string | undefined;
  readonly workers: number | undefined;
  readonly files: number;
}

/** The configuration's values, or the defaults without one, and on top of them what was typed. */
export function settingsOf({ config: file, workers, files, ...typed }: ClassifyArguments): ClassifySettings {
  const { models: configured, pipeline, pool, review } = configOrDefaults(file);
  const batches = Math.ceil(files / pipeline.batchSize);
  return {
    models: modelsOf(typed, configured),
    limits: pipeline,
    minConfidence: review.minConfidence,
    // Loading AlexNet takes longer than classifying an image: no more workers than there are batches for.
    workers: Math.max(1, Math.min(workers ?? pool.workers ?? availableCores(), batches)),
    taskTimeoutMs: pool.taskTimeoutMs,
    kernels: pool.kernels,
  };
}

/**
 * The configuration in a file, or every default: a configuration file needs a scanner, a command does not.
 */
export function configOrDefaults(file: string | undefined): Config {
  if (file !== undefined) return loadConfig(file).config;
  return parseConfig('{stateFolder: /nowhere/state, scanners: [{name: none, folder: /nowhere/images}]}', '/');
}

/** The configured models, or those that were typed. @throws SmearwatchError `usage` */
export function modelsOf(
  { models, engine, registry }: TypedModels,
  configured: Config['models'],
): Config['models'] {
  const use = models === undefined ? configured.use : modelList(models);
  return {
    ...configured,
    use: engine === undefined ? use : use.map(({ model }) => ({ model, engine })),
    ...(registry !== undefined && { registry: resolve(registry) }),
  };
}

function modelList(text: string): ModelConfig[] {
  return wordsOf('models', text).map((model) => ({ model, engine: 'onnxruntime' }));
}
