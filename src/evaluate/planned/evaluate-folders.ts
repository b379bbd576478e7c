import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { availableCores } from '../../available-cores.js';
import type { Config } from '../../config/schema.js';
import { hasCode, SmearwatchError } from '../../errors.js';
import type { EvaluationPlan, EvaluationProgress } from '../plan.js';
import type { FolderMetrics } from './figures.js';
import { pinnedModels, type Pin, type Pins } from './pins.js';
import { readMetrics } from '../read-metrics.js';
import { dataFolders, reportsFolder, type DataFolder } from './reports.js';
import { runEvaluation } from './run-evaluation.js';

/** The result of a run. */
export interface Evaluated {
  readonly folders: readonly FolderMetrics[];
  readonly models: Pins;
}

export interface EvaluateOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EvaluationProgress & { readonly set: string }) => void;
  /** The compiled child; tests name the one in `dist/`. */
  readonly entry?: URL;
}

/**
 * The evaluation's pool immediately returns what it cannot finish to the queue; the next attempt classifies
 * it.
 */
const STOP_MS = 2000;

/**
 * Evaluates every configured folder in turn, into `<reports>/<run>/<folder's name>`. Folders that an earlier
 * attempt at the same run finished are not evaluated again; one that it began is continued.
 * @throws SmearwatchError what an evaluation failed with; `interrupted`
 */
export async function evaluateFolders(
  runId: string,
  config: Config,
  options: EvaluateOptions,
): Promise<Evaluated> {
  const runFolder = join(reportsFolder(config), runId);
  await mkdir(runFolder, { recursive: true });
  const models = await pinnedModels(runFolder, config);
  const folders: FolderMetrics[] = [];
  for (const data of dataFolders(config)) {
    const outDir = join(runFolder, data.set);
    const metrics =
      (await readMetrics(outDir)) ?? (await evaluateOne(planOf(data, outDir, config, models), data, options));
    folders.push({ set: data.set, metrics });
  }
  return { folders, models };
}

async function evaluateOne(
  plan: EvaluationPlan,
  { set }: DataFolder,
  { signal, onProgress, entry }: EvaluateOptions,
): Promise<FolderMetrics['metrics']> {
  const run = (): Promise<void> =>
    runEvaluation(plan, {
      signal,
      threads: plan.config.pool.workers ?? 1,
      onProgress: (progress) => onProgress({ ...progress, set }),
      ...(entry && { entry }),
    });
  try {
    await run();
  } catch (error) {
    if (!hasCode(error, 'evaluation-differs')) throw error;
    // Images or options have changed since the last attempt: a mixture of both would be no valid result.
    await rm(plan.outDir, { recursive: true, force: true });
    await run();
  }
  const metrics = await readMetrics(plan.outDir);
  if (metrics !== undefined) return metrics;
  throw new SmearwatchError(
    'evaluation-without-result',
    `The evaluation left no metrics.json in ${plan.outDir}`,
    { hint: `Try it by hand: ${plan.command}` },
  );
}

function planOf({ dataDir }: DataFolder, outDir: string, config: Config, models: Pins): EvaluationPlan {
  const { pipeline, pool, review, evaluation } = config;
  const { by, threads = Math.max(1, Math.floor(availableCores() / 2)) } = evaluation.schedule;
  const use = [...models.inUse, ...models.candidates].map((pin) => ({
    model: referenceTo(pin),
    engine: pin.engine,
  }));
  return {
    dataDir,
    outDir,
    ...(by !== undefined && { by }),
    config: {
      models: { ...config.models, use },
      pipeline,
      pool: { ...pool, workers: threads },
      review,
      evaluation,
      shutdownTimeoutMs: Math.min(config.shutdownTimeoutMs, STOP_MS),
    },
    command: `smearwatch evaluate --data ${dataDir} --out ${outDir} --models ${use.map(({ model }) => model).join(',')}`,
  };
}

function referenceTo({ name, version }: Pin): string {
  return `${name}@${version}`;
}
