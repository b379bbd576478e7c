import { REVIEW_REASONS, type ModelPrediction } from '../record.js';
import type { Logger } from './log.js';
import { codeLabel, MODEL_LABELS, modelLabels, seconds, type MetricFactory } from './metrics.js';
import type { Telemetry } from './telemetry.js';
import type { ThroughputMeter } from './throughput.js';

const OUTCOMES = ['classified', 'duplicate', 'quarantined'] as const;

/** Events about the outcome of each image. */
export function imageEvents(logger: Logger, metrics: MetricFactory, throughput: ThroughputMeter | undefined) {
  const images = metrics.counter(
    'images_total',
    'Images that are finished, by outcome: classified, duplicate or quarantined.',
    ['scanner', 'outcome'],
  );
  const latency = metrics.duration(
    'image_latency_seconds',
    'Time of an image from settled to its durable result.',
    ['scanner'],
  );
  metrics.startAtZero(({ scanners }) => {
    for (const scanner of scanners) for (const outcome of OUTCOMES) images.inc({ scanner, outcome }, 0);
  });
  const predicted = predictions(metrics);
  const reviewed = reviews(metrics);
  return {
    ...failures(logger, metrics, images),
    imageRecorded(event) {
      const { scanner, outcome, reviewReasons, latencyMs } = event;
      images.inc({ scanner, outcome });
      latency.observe({ scanner }, seconds(latencyMs));
      if (outcome === 'classified') {
        throughput?.add();
        reviewed(scanner, reviewReasons);
        for (const prediction of event.predictions) predicted(prediction);
      }
      logger.debug({ scanner, outcome, reviewReasons, latencyMs }, 'Image recorded');
    },
  } satisfies Partial<Telemetry>;
}

function failures(
  logger: Logger,
  metrics: MetricFactory,
  images: { inc(labels: { scanner: string; outcome: string }): void },
) {
  const labels = ['scanner', 'reason'] as const;
  const retries = metrics.counter(
    'image_retries_total',
    'Attempts at an image that failed and are repeated.',
    labels,
  );
  const quarantines = metrics.counter('quarantines_total', 'Images put into quarantine, by reason.', labels);
  return {
    imageRetried(event) {
      retries.inc({ scanner: event.scanner, reason: codeLabel(event.code) });
      logger.debug(event, 'Image will be tried again');
    },
    imageQuarantined(event) {
      images.inc({ scanner: event.scanner, outcome: 'quarantined' });
      quarantines.inc({ scanner: event.scanner, reason: codeLabel(event.code) });
      logger.warn(event, 'Image quarantined');
    },
  } satisfies Partial<Telemetry>;
}

function predictions(metrics: MetricFactory): (prediction: ModelPrediction) => void {
  const total = metrics.counter('predictions_total', 'Predictions by model and class.', [
    ...MODEL_LABELS,
    'class',
  ]);
  const confidence = metrics.histogram(
    'prediction_confidence_ratio',
    'Probability of the predicted class.',
    [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1],
    [...MODEL_LABELS, 'class'],
  );
  return (prediction) => {
    const labels = { ...modelLabels(prediction), class: prediction.class };
    total.inc(labels);
    confidence.observe(labels, prediction.probabilities[prediction.class] ?? 0);
  };
}

function reviews(metrics: MetricFactory): (scanner: string, reasons: readonly string[]) => void {
  const images = metrics.counter('review_images_total', 'Images sent to review.', ['scanner']);
  const byReason = metrics.counter(
    'review_reasons_total',
    `Reasons for review (${REVIEW_REASONS.join(', ')}); an image may have several.`,
    ['scanner', 'reason'],
  );
  metrics.startAtZero(({ scanners }) => {
    for (const scanner of scanners) {
      images.inc({ scanner }, 0);
      for (const reason of REVIEW_REASONS) byReason.inc({ scanner, reason }, 0);
    }
  });
  return (scanner, reasons) => {
    if (reasons.length > 0) images.inc({ scanner });
    for (const reason of reasons) byReason.inc({ scanner, reason });
  };
}
