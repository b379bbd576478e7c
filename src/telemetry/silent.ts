import type { Telemetry } from './telemetry.js';

function ignore(): void {
  // Nobody listens.
}

/** Telemetry that tells nobody, for tests and for commands without metrics. */
export const silentTelemetry: Telemetry = {
  fileSettled: ignore,
  rescanFinished: ignore,
  watchFailed: ignore,
  stageFinished: ignore,
  batchClassified: ignore,
  imageRecorded: ignore,
  imageRetried: ignore,
  imageQuarantined: ignore,
  batchFailed: ignore,
  ledgerWriteFailed: ignore,
  workerRestarted: ignore,
  modelsLoaded: ignore,
  modelsSwapped: ignore,
  reloadRefused: ignore,
  configurationReloaded: ignore,
  delivered: ignore,
  deliveryFailed: ignore,
  fileDisposed: ignore,
  fileDisposalFailed: ignore,
  started: ignore,
  ready: ignore,
  stopping: ignore,
  stopped: ignore,
};
