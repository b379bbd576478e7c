import { join } from 'node:path';
import { replaceFile } from '../files/replace-file.js';
import type { ModelVersion } from '../model/registry/registry.js';
import type { DriftReference } from '../quality/drift/reference.js';
import { METRICS_FILE, PREDICTIONS_FILE, REFERENCE_FILE, REPORT_FILE } from './files.js';
import type { LabelledPrediction } from './labelled-prediction.js';
import type { Metrics } from './metrics.js';
import { predictionsCsv } from './predictions-csv.js';
import { readHistory, type IterationPoint } from './report/read-history.js';
import { renderReport } from './report/render-report.js';
import { referenceOf } from './report/report-input.js';
import { pictureMistakes } from './report/thumbnails.js';
import { worstMistakes } from './report/worst-mistakes.js';

export interface EvaluationResults {
  readonly metrics: Metrics;
  /** Predictions by `name@version`. */
  readonly predictions: ReadonlyMap<string, readonly LabelledPrediction[]>;
  readonly versions: readonly ModelVersion[];
  readonly reference: DriftReference;
}

/**
 * Writes the results of an evaluation. `metrics.json` is written last: if it exists, the other files do as
 * well.
 */
export async function writeResults(
  outDir: string,
  { metrics, predictions, versions, reference }: EvaluationResults,
): Promise<void> {
  const { classes, folder } = metrics.data;
  await replaceFile(join(outDir, PREDICTIONS_FILE), predictionsCsv({ classes, predictions }));
  const mistakes = await pictureMistakes(folder, worstMistakes(predictions));
  const report = renderReport({ metrics, histories: await historiesOf(versions), mistakes });
  await replaceFile(join(outDir, REPORT_FILE), report);
  await replaceFile(join(outDir, REFERENCE_FILE), `${JSON.stringify(reference, null, 2)}\n`);
  await replaceFile(join(outDir, METRICS_FILE), `${JSON.stringify(metrics, null, 2)}\n`);
}

async function historiesOf(
  versions: readonly ModelVersion[],
): Promise<Map<string, readonly IterationPoint[]>> {
  const histories = new Map<string, readonly IterationPoint[]>();
  for (const version of versions) {
    const history = await readHistory(version.folder);
    const reference = referenceOf({ name: version.name, version: String(version.version) });
    if (history !== undefined) histories.set(reference, history);
  }
  return histories;
}
