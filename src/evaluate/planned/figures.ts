import type { EvaluatedSet, EvaluationFigures } from '../../telemetry/telemetry.js';
import type { Metrics } from '../metrics.js';

/** The results of an evaluation of one folder. */
export interface FolderMetrics {
  /** Name of the evaluated folder. */
  readonly set: string;
  readonly metrics: Metrics;
}

/** Figures in the form in which metrics export them. */
export function exportedFigures(
  folders: readonly FolderMetrics[],
  { startedAt, finishedAt }: { readonly startedAt: string; readonly finishedAt: string },
): EvaluationFigures {
  return {
    finishedAt,
    durationMs: Date.parse(finishedAt) - Date.parse(startedAt),
    sets: folders.map(exportedSet),
  };
}

function exportedSet({ set, metrics }: FolderMetrics): EvaluatedSet {
  return {
    set,
    images: metrics.data.images,
    gates: metrics.gates.map(({ gate, passed }) => ({ gate, passed })),
    models: metrics.models.map((model) => ({
      model: { name: model.name, version: model.version, engine: model.engine },
      figures: {
        shareRight: model.all.shareRight.value,
        accuracy: model.all.accuracy.value,
        precision: model.all.precision.value,
        recall: model.all.recall.value,
        fMeasure: model.all.fMeasure.value,
        quadraticLoss: model.all.quadraticLoss,
        expectedCalibrationError: model.all.calibration.expectedError,
      },
      classRecall: Object.fromEntries(model.all.perClass.map((each) => [each.class, each.recall.value])),
    })),
  };
}
