import type { Threshold } from './alert.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

function above(value: number): Threshold {
  return { value, bad: 'above' };
}

function below(value: number): Threshold {
  return { value, bad: 'below' };
}

/** The one place of every limit: alerts compare with it, panels change colour at it. */
export const LIMITS = {
  up: below(1),
  pipelineStalled: above(0),
  intakePaused: above(0),
  scannerReady: below(1),
  oldestImageSeconds: above(HOUR),
  quarantinedRatio: above(0.05),
  workersMissing: above(0),
  /** Four times the default of `disk.minFreeBytes`, with which no more images are taken in. */
  diskFreeBytes: below(1_073_741_824),
  sinkFailuresPerSecond: above(0),
  /** The limit if `evaluation.gates` sets none for `shareRight`. */
  liveAccuracyRatio: below(0.9),
  /** docs/drift.md: above it, the images are others than the model was measured on. */
  driftIndex: above(0.25),
  lostEvaluations: above(1),
  gatePassed: below(1),
  failedSwaps: above(0),
  configurationInForce: below(1),
  watchErrorsPerHour: above(3),
  memoryRatio: above(0.8),
  ledgerWriteFailures: above(0),
  ledgerWritable: below(1),
  auditWritable: below(1),
} as const satisfies Record<string, Threshold>;

/** With fewer labelled images, the accuracy is too uncertain: ± 6 points at 0.9. */
export const MIN_LABELLED_IMAGES = 100;
/** With fewer quarantined images in the hour, a rate is chance. */
export const MIN_QUARANTINED_IMAGES = 10;
/** `disk.minFreeBytes` times this is little room. */
export const DISK_FACTOR = 4;
/** A planned evaluation that has not begun so long after its time. */
export const EVALUATION_OVERDUE_SECONDS = HOUR;
export const DISK_FORECAST_SECONDS = 24 * HOUR;
