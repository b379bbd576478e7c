import type { ModelIdentity, ModelPrediction, ReviewReason } from '../record.js';

/**
 * Everything that Smearwatch tells the outside, one method per event, where the event's log line and its metrics live
 * together. The parts of the pipeline know this interface only; Prometheus and pino are behind it.
 */
export interface Telemetry {
  /** A settled file went into the queue. `waitedMs` since it was first seen. */
  fileSettled(event: { scanner: string; path: string; waitedMs: number }): void;
  rescanFinished(event: {
    scanner: string;
    files: number;
    /** Files that no event had announced. */
    missed: number;
    durationMs: number;
  }): void;
  /** The watcher of a folder failed (ENOSPC, EMFILE, ENOENT …); rescans go on. */
  watchFailed(event: { scanner: string; error: unknown }): void;
  stageFinished(event: { stage: Stage; durationMs: number }): void;
  batchClassified(event: { images: number; perModel: { model: ModelIdentity; durationMs: number }[] }): void;
  imageRecorded(event: {
    scanner: string;
    outcome: 'classified' | 'duplicate';
    predictions: readonly ModelPrediction[];
    reviewReasons: readonly ReviewReason[];
    label: string | undefined;
    /** From settled to durable. */
    latencyMs: number;
  }): void;
  imageRetried(event: { scanner: string; path: string; code: string; reason: string; attempt: number }): void;
  imageQuarantined(event: { scanner: string; path: string; code: string; reason: string }): void;
  /** A batch could not be classified as a whole; its images are tried again. */
  batchFailed(event: { images: number; error: unknown }): void;
  /** The ledger could not be written; it is tried again until it can. */
  ledgerWriteFailed(event: { error: unknown }): void;
  workerRestarted(event: { reason: string }): void;
  modelsLoaded(event: { models: readonly ModelIdentity[]; durationMs: number }): void;
  modelsSwapped(event: { models: readonly ModelIdentity[]; durationMs: number }): void;
  reloadRefused(event: { error: unknown }): void;
  configurationReloaded(event: { changed: readonly string[] }): void;
  delivered(event: { sink: string; records: number; durationMs: number }): void;
  deliveryFailed(event: { sink: string; error: unknown }): void;
  fileDisposed(event: { scanner: string; path: string; action: 'move' | 'delete' }): void;
  fileDisposalFailed(event: { scanner: string; path: string; error: unknown }): void;
  started(event: { configFile: string }): void;
  /** Images are being taken in. `url` of HTTP, where it is enabled. */
  ready(event: { url: string | undefined; durationMs: number }): void;
  stopping(event: { reason: string }): void;
  /** `ended`: how the files of this run have ended, by outcome. */
  stopped(event: { returnedToQueue: number; ended: Readonly<Record<string, number>> }): void;
}

export const STAGES = ['queue', 'read', 'decode', 'batch', 'pool', 'record'] as const;
export type Stage = (typeof STAGES)[number];

/** Values that are read when somebody asks (a scrape, /status), not reported as events. */
export interface StateReader {
  work(): WorkCounts;
  workers(): { configured: number; alive: number; busy: number };
  outbox(): Readonly<Record<string, number>>;
  models(): readonly ModelIdentity[];
  inFlight(): number;
}

export interface WorkCounts {
  readonly queued: number;
  readonly running: number;
  readonly done: number;
  readonly quarantined: number;
  /** Milliseconds since the oldest queued or running file entered the queue; 0 when there is none. */
  readonly oldestMs: number;
}
