import { setImmediate } from 'node:timers/promises';
import { findModels, openRegistry, type FoundModel } from '../model/registry/in-use.js';
import { DEFAULT_LABEL } from '../model/registry/labels.js';
import { makeReference } from '../quality/drift/reference.js';
import { chooseImages } from './data/choose-images.js';
import { findImages } from './data/find-images.js';
import { describe, learntBy, type Classified, type PreparedEvaluation } from './describe.js';
import { gateClassUnknown, interrupted, noImages, sameModelTwice } from './failures.js';
import { measure } from './measure.js';
import type { Metrics } from './metrics.js';
import type { EvaluationOptions, EvaluationPlan, EvaluationResult } from './plan.js';
import { referenceOf } from './report/report-input.js';
import { classifyAll, openLedger, type EvaluationThroughput } from './run/classify-all.js';
import { readMetrics } from './read-metrics.js';
import { openOutFolder } from './run/out-folder.js';
import { outcomesOf, predictionsOf, type Outcomes } from './run/outcomes.js';
import { writeResults } from './write-results.js';

/**
 * Runs models over a labelled folder, as the daemon runs them over a scanner's folder, and measures how good
 * they are. An interrupted evaluation continues when it is started with the same plan, because its results
 * are in a ledger in `outDir`.
 * @throws SmearwatchError what cannot be evaluated, or `interrupted` once the signal fires
 */
export async function evaluate(plan: EvaluationPlan, options: EvaluationOptions): Promise<EvaluationResult> {
  try {
    const prepared = await prepare(plan, options);
    const identities = prepared.models.map(({ identity }) => identity);
    const startedAt = await openOutFolder(plan.outDir, plan.dataDir, prepared.chosen, identities);
    const classified = await classify(plan, prepared, options);
    return await conclude(plan, { ...prepared, ...classified, startedAt }, options);
  } catch (error) {
    throw options.signal.aborted && error === options.signal.reason ? interrupted(plan.outDir, error) : error;
  }
}

/** Checks everything that was asked for before a model is loaded. */
async function prepare(
  plan: EvaluationPlan,
  { signal, onProgress }: EvaluationOptions,
): Promise<PreparedEvaluation> {
  const { dataDir, splitFile, part, by, config } = plan;
  const models = await findModels(config.models);
  const classes = models[0]?.version.manifest.classes ?? [];
  assertNamedOnce(models);
  for (const { class: name } of config.evaluation.gates) {
    if (name !== undefined && !classes.includes(name)) throw gateClassUnknown(name, classes);
  }
  const found = await findImages(dataDir, { classes, by, signal });
  if (found.images.length === 0) throw noImages(dataDir, classes);
  const trained = models.map(({ identity, version }) => ({
    reference: referenceOf(identity),
    trainedOn: version.manifest.trainedOn,
  }));
  const chosen = await chooseImages(
    found,
    { splitFile, part, models: trained },
    { signal, onProgress: (done, total) => onProgress?.({ stage: 'hashing', done, total }) },
  );
  return { models, classes, found, chosen };
}

function assertNamedOnce(models: readonly FoundModel[]): void {
  const references = models.map(({ identity }) => referenceOf(identity));
  const twice = references.find((reference, index) => references.indexOf(reference) !== index);
  if (twice !== undefined) throw sameModelTwice(twice);
}

async function classify(
  { dataDir, outDir, config }: EvaluationPlan,
  { models, chosen }: PreparedEvaluation,
  options: EvaluationOptions,
): Promise<{ outcomes: Outcomes; throughput: EvaluationThroughput }> {
  const ledger = openLedger(outDir);
  try {
    const work = { folder: dataDir, images: chosen.images, models, outDir, config };
    const throughput = await classifyAll(ledger, work, options);
    const isNothingNew = throughput.images === 0;
    return {
      outcomes: outcomesOf(ledger, chosen.images),
      throughput: (isNothingNew ? (await readMetrics(outDir))?.throughput : undefined) ?? throughput,
    };
  } finally {
    ledger.close();
  }
}

/** Computes the figures, checks the gates and writes the files. */
async function conclude(
  plan: EvaluationPlan,
  run: Classified,
  { signal, onProgress }: EvaluationOptions,
): Promise<EvaluationResult> {
  const { models, classes, found, chosen, outcomes } = run;
  const predictions = new Map(
    models.map(({ identity }, index) => [
      referenceOf(identity),
      predictionsOf(outcomes.images, index, classes),
    ]),
  );
  const { notes, ...measured } = await measure(
    {
      models,
      classes,
      predictions,
      gates: plan.config.evaluation.gates,
      promoted: await promotedOf(plan, models),
    },
    async (done) => {
      onProgress?.({ stage: 'measuring', done, total: models.length });
      await setImmediate(); // lets the terminal update and signals arrive before seconds of arithmetic
      signal.throwIfAborted();
    },
  );
  const allNotes = [...found.notes, ...chosen.notes, ...learntBy(models, run), ...notes];
  const metrics: Metrics = { ...describe(plan, run), ...measured, notes: allNotes };
  await writeResults(plan.outDir, {
    metrics,
    predictions,
    versions: models.map(({ version }) => version),
    reference: makeReference(outcomes.images.map(({ record }) => record)),
  });
  onProgress?.({ stage: 'measuring', done: models.length, total: models.length });
  return {
    outDir: plan.outDir,
    metrics,
    notes: allNotes,
  };
}

async function promotedOf(
  { config }: EvaluationPlan,
  models: readonly FoundModel[],
): Promise<Map<string, string>> {
  const registry = openRegistry(config.models);
  const promoted = new Map<string, string>();
  for (const { identity } of models) {
    const version = await registry.labelled(identity.name, DEFAULT_LABEL);
    if (version !== undefined) promoted.set(identity.name, String(version));
  }
  return promoted;
}
