import { contentHash } from '../dataset/content-hash.js';
import { isDataOf, trainingOf } from '../dataset/training-split.js';
import type { FoundModel } from '../model/registry/in-use.js';
import type { ChosenImages } from './data/chosen-images.js';
import type { FoundImages } from './data/find-images.js';
import { METRICS_VERSION, type LeftOut, type Metrics } from './metrics.js';
import type { EvaluationPlan } from './plan.js';
import { referenceOf } from './report/report-input.js';
import type { EvaluationThroughput } from './run/classify-all.js';
import { computer, softwareOf } from './run/environment.js';
import type { Outcomes } from './run/outcomes.js';

/** Everything known about an evaluation before a model has seen an image. */
export interface PreparedEvaluation {
  readonly models: readonly FoundModel[];
  readonly classes: readonly string[];
  readonly found: FoundImages;
  readonly chosen: ChosenImages;
}

export interface Classified extends PreparedEvaluation {
  readonly startedAt: Date;
  readonly outcomes: Outcomes;
  readonly throughput: EvaluationThroughput;
}

/** The part of `metrics.json` besides the figures: what is needed to produce them again. */
export function describe(
  { command, dataDir, by }: EvaluationPlan,
  { models, classes, found, chosen, outcomes, throughput, startedAt }: Classified,
): Omit<Metrics, 'models' | 'comparisons' | 'gates' | 'notes'> {
  const { images } = outcomes;
  const { part, splitSha256 } = chosen;
  const countOf = (label: number): number => images.filter((image) => image.label === label).length;
  return {
    metricsVersion: METRICS_VERSION,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    command,
    software: softwareOf(models.map(({ identity }) => identity.engine)),
    computer: computer(),
    data: {
      folder: dataDir,
      sha256: contentHash(images),
      classes: [...classes],
      images: images.length,
      perClass: Object.fromEntries(classes.map((name, label) => [name, countOf(label)])),
      groups: new Set(images.map(({ group }) => group).filter((group) => group !== '')).size,
      part,
      ...(splitSha256 !== undefined && { splitSha256 }),
      ...(by !== undefined && { by }),
      leftOut: byFile([...found.leftOut, ...chosen.leftOut, ...outcomes.leftOut]),
    },
    throughput,
  };
}

function byFile(leftOut: readonly LeftOut[]): LeftOut[] {
  return [...leftOut].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Models that have seen these images in training: their figures say how well they remember. */
export function learntBy(models: readonly FoundModel[], { chosen, outcomes }: Classified): string[] {
  if (chosen.part === 'train') return ['WARNING: these images are those of a training.'];
  if (chosen.part !== 'all') return [];
  return models.flatMap(({ identity, version }) => {
    const training = trainingOf(version.manifest.trainedOn);
    if (training === undefined || !isDataOf(training, outcomes.images.map(named))) return [];
    return [
      `WARNING: ${referenceOf(identity)} was trained on most of these very images. ` +
        "Its figures are no measure of new ones: evaluate the test part, with `smearwatch evaluate --part test` or the training's split.json.",
    ];
  });
}

function named({ path, sha256 }: { path: string; sha256: string }): { file: string; sha256: string } {
  return { file: path, sha256 };
}
