import type { Logger } from './log.js';
import { MODEL_LABELS, seconds, type MetricFactory } from './metrics.js';
import type { EvaluationFigure, EvaluationFigures, Telemetry } from './telemetry.js';

const OUTCOMES = ['ok', 'gate-failed', 'failed', 'skipped', 'missed'] as const;

/** Events of planned evaluations: their runs, their figures, and the alarm when a gate is failed. */
export function evaluationEvents(logger: Logger, metrics: MetricFactory) {
  const runs = metrics.counter('evaluation_runs_total', 'Planned evaluations, by outcome.', ['outcome']);
  const running = metrics.gauge('evaluation_running', '1 while an evaluation runs.');
  const next = metrics.gauge(
    'evaluation_next_timestamp_seconds',
    'When the next evaluation is planned, Unix time; 0 if no evaluation is planned.',
  );
  const lost = metrics.gauge(
    'evaluation_lost_runs',
    'Planned evaluations since the last completed one that were missed, skipped or failed.',
  );
  const show = figureGauges(metrics);
  // All outcomes exist from the start: a rate over a series that appears with its first event misses that
  // event.
  for (const outcome of OUTCOMES) runs.inc({ outcome }, 0);
  return {
    ...decisionEvents(logger),
    evaluationStarted(event) {
      running.set(1);
      logger.info(event, 'Evaluation started');
    },
    evaluationFinished({ run, outcome, ...figures }) {
      running.set(0);
      runs.inc({ outcome });
      show(figures);
      logger.info({ run, outcome, ...figures }, 'Evaluation finished');
    },
    evaluationRestored: show,
    evaluationFailed({ run, error }) {
      running.set(0);
      runs.inc({ outcome: 'failed' });
      logger.error({ run, err: error }, 'Evaluation failed');
    },
    evaluationNotRun(event) {
      runs.inc({ outcome: event.outcome });
      logger.warn(event, 'A planned evaluation was not run');
    },
    evaluationPlanned({ nextMs, lost: runsLost }) {
      lost.set(runsLost);
      next.set((nextMs ?? 0) / 1000);
    },
  } satisfies Partial<Telemetry>;
}

function decisionEvents(logger: Logger) {
  return {
    gateFailed(event) {
      logger.error(event, 'A gate was failed');
    },
    candidateJudged(event) {
      logger.info(event, event.promoted ? 'Candidate promoted' : 'Candidate not promoted');
    },
    evaluationTrouble({ error }) {
      logger.warn(
        { err: error },
        'The state or old reports of planned evaluations could not be read, written or removed',
      );
    },
  } satisfies Partial<Telemetry>;
}

const FIGURES: Readonly<Record<EvaluationFigure, readonly [string, string]>> = {
  shareRight: ['right_ratio', 'Share of the images that the last evaluation saw classified correctly.'],
  accuracy: ['accuracy_ratio', 'Accuracy as in the paper, mean over the classes, of the last evaluation.'],
  precision: ['precision_ratio', 'Precision, mean over the classes, of the last evaluation.'],
  recall: ['recall_ratio', 'Recall, mean over the classes, of the last evaluation.'],
  fMeasure: ['f_measure_ratio', 'F-measure of the averaged precision and recall, of the last evaluation.'],
  quadraticLoss: ['quadratic_loss', 'Quadratic loss of the last evaluation.'],
  expectedCalibrationError: ['calibration_error_ratio', 'Expected calibration error of the last evaluation.'],
};

/**
 * Shows the figures of an evaluation and removes those of the previous one: models that are not in use any
 * more have no figures.
 */
function figureGauges(metrics: MetricFactory): (figures: EvaluationFigures) => void {
  const labels = [...MODEL_LABELS, 'set'] as const;
  const gauges = Object.entries(FIGURES).map(
    ([figure, [name, help]]) =>
      [figure as EvaluationFigure, metrics.gauge(`evaluation_${name}`, help, labels)] as const,
  );
  const recall = metrics.gauge(
    'evaluation_class_recall_ratio',
    'Recall of one class in the last evaluation.',
    [...labels, 'class'],
  );
  const gates = metrics.gauge(
    'evaluation_gate_passed',
    '1 when the last evaluation passed the gate, else 0.',
    ['gate', 'set'],
  );
  const images = metrics.gauge('evaluation_images', 'Images in the last evaluation.', ['set']);
  const success = metrics.gauge(
    'evaluation_last_success_timestamp_seconds',
    'When an evaluation last completed, with or without missed gates, Unix time.',
  );
  const duration = metrics.gauge('evaluation_last_duration_seconds', 'Time that the last evaluation took.');
  return ({ finishedAt, durationMs, sets }) => {
    for (const gauge of [recall, gates, images, ...gauges.map(([, each]) => each)]) gauge.reset();
    success.set(Date.parse(finishedAt) / 1000);
    duration.set(seconds(durationMs));
    for (const { set, models, gates: results, ...rest } of sets) {
      images.set({ set }, rest.images);
      for (const { gate, passed } of results) gates.set({ set, gate }, passed ? 1 : 0);
      for (const { model, figures, classRecall } of models) {
        const series = { model: model.name, version: model.version, engine: model.engine, set };
        for (const [figure, gauge] of gauges) setFigure(gauge, series, figures[figure]);
        for (const [name, value] of Object.entries(classRecall))
          setFigure(recall, { ...series, class: name }, value);
      }
    }
  };
}

/** Sets a figure. A figure that does not exist gets no series, because a 0 would raise an alarm. */
function setFigure<Labels extends object>(
  gauge: { set(labels: Labels, value: number): void },
  labels: Labels,
  value: number | null,
): void {
  if (value !== null) gauge.set(labels, value);
}
