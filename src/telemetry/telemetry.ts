import type { HowComputed } from '../engine.js';
import type { DecodedBy } from '../images.js';
import type { ModelIdentity, ModelPrediction, ReviewReason } from '../record.js';

/**
 * Everything that Smearwatch reports, one method for each event: its log line and its metrics together. A
 * part receives a `Pick` of the events that it reports; Prometheus and pino are behind this interface.
 */
export interface Telemetry {
  /** A settled file went into the queue. `waitedMs` since it was first seen. */
  fileSettled(event: { scanner: string; path: string; waitedMs: number }): void;
  rescanFinished(event: {
    scanner: string;
    files: number;
    /** Files that were found without an event. */
    missed: number;
    /** Files and folders that could not be read. */
    unreadable: number;
    durationMs: number;
  }): void;
  /** A scanner's folder was not read to its end: images in it are not taken in until a rescan succeeds. */
  rescanFailed(event: { scanner: string; error: unknown }): void;
  /** No events arrive from a scanner's folder (ENOSPC, EMFILE …); periodic rescans continue. */
  watchFailed(event: { scanner: string; error: unknown }): void;
  /** The folder is watched again without an error. */
  watchRestored(event: { scanner: string }): void;
  /** A person should check a scanner's folder: it has links, files that never settle, or was replaced. */
  folderSuspicious(event: { scanner: string; error: unknown }): void;
  stageFinished(event: { stage: Stage; durationMs: number }): void;
  batchClassified(event: { images: number; perModel: { model: ModelIdentity; durationMs: number }[] }): void;
  imageRecorded(event: {
    scanner: string;
    outcome: 'classified' | 'duplicate';
    predictions: readonly ModelPrediction[];
    reviewReasons: readonly ReviewReason[];
    /** Time from settled to durable. */
    latencyMs: number;
  }): void;
  imageRetried(event: { scanner: string; path: string; code: string; reason: string; attempt: number }): void;
  imageQuarantined(event: { scanner: string; path: string; code: string; reason: string }): void;
  /** A batch could not be classified as a whole; its images are tried again. */
  batchFailed(event: { images: number; error: unknown }): void;
  /** The ledger could not be written; it is tried again until it can. */
  ledgerWriteFailed(event: { error: unknown }): void;
  /** Old files and results have been removed from the ledger. */
  ledgerPruned(event: { files: number; results: number }): void;
  /** Old documents have been removed from the folder of a JSON sink. */
  documentsPruned(event: { sink: string; documents: number }): void;
  /** Some old documents could not be removed; they are tried again. */
  documentPruningFailed(event: { sink: string; error: unknown }): void;
  /** A transaction of the ledger is on the disk; `durationMs` is the time of its COMMIT. */
  ledgerCommitted(event: { durationMs: number }): void;
  workerRestarted(event: { reason: string }): void;
  /** A lost worker could not be replaced: the pool is smaller than configured until it is. */
  workerMissing(event: { error: unknown; retryMs: number }): void;
  /** A worker that could not be replaced at first has been. */
  workerFound(): void;
  /** Native code holds `stuck` threads that were given up. */
  workerStuck(event: { stuck: number }): void;
  /** Work waits, and nothing has ended for `idleMs`, without a known reason. */
  pipelineStalled(event: { stage: string; idleMs: number; inFlight: number }): void;
  pipelineMoving(event: { stage: string; stalledMs: number }): void;
  /** Claiming is paused, for all scanners or for one, until the cause is gone. No image is lost. */
  intakePaused(event: { cause: PauseCause; reason: string }): void;
  intakeResumed(event: { cause: PauseCause; reason: string }): void;
  /** Free space was measured on each of the disks that are written to. */
  disksMeasured(event: { disks: readonly { disk: string; freeBytes: number }[]; minFreeBytes: number }): void;
  /** The scanners and sinks of a configuration that is in force now. */
  intakeConfigured(event: { scanners: readonly string[]; sinks: readonly string[] }): void;
  serviceManagerFailed(event: { error: unknown }): void;
  modelsLoaded(event: { models: readonly ModelIdentity[]; durationMs: number }): void;
  /** A worker has loaded a model. */
  modelComputed(event: { model: ModelIdentity } & HowComputed): void;
  imageDecoded(event: { scanner: string; path: string } & DecodedBy): void;
  modelsSwapped(event: { models: readonly ModelIdentity[]; durationMs: number }): void;
  /** Other models were requested and could not be put in use; the old ones stay. */
  modelSwapFailed(event: { error: unknown }): void;
  reloadRefused(event: { error: unknown }): void;
  /** A changed configuration is in effect; `sha256` is of the file's bytes. */
  configurationReloaded(event: { changed: readonly string[]; sha256: string }): void;
  delivered(event: { sink: string; records: number; durationMs: number }): void;
  deliveryFailed(event: { sink: string; error: unknown }): void;
  /**
   * The bytes of a known file were hashed again, because another file may have replaced it under the same
   * name, size and modification time. `changed`: it was replaced, and is queued.
   */
  fileRehashed(event: { scanner: string; path: string; outcome: RehashOutcome }): void;
  fileDisposed(event: { scanner: string; path: string; action: 'move' | 'delete' }): void;
  fileDisposalFailed(event: { scanner: string; path: string; error: unknown }): void;
  /** An entry of the audit trail is durable. The log is a second record of its hash. `details` are JSON. */
  auditAppended(event: {
    sequence: number;
    hash: string;
    event: string;
    actor: string;
    details: string;
  }): void;
  /** The audit trail cannot be written; waiting entries are tried again. */
  auditFailed(event: { error: unknown; waiting: readonly object[] }): void;
  /** External labels, all from one source, are now in the ledger. */
  labelsGiven(event: { source: string; labels: readonly LabelFacts[] }): void;
  /** A folder's name, or a label file, does not name a class of the models in use, or cannot be read. */
  labelRefused(event: { source: string; scanner: string; name: string; reason: string }): void;
  /** A search for the label files of a scanner failed; it is repeated. */
  labelFilesFailed(event: { scanner: string; error: unknown }): void;
  /** All folders of a scanner have been searched for label files. */
  labelFilesRead(event: { scanner: string }): void;
  /** A change by HTTP was refused: no token, a wrong one, or too often. */
  changeRefused(event: { status: number; reason: string; address: string }): void;
  /** The first images of a model or scanner are now the reference that later images are compared with. */
  driftReferenceTaken(event: { subject: string; images: number }): void;
  driftFailed(event: { error: unknown }): void;
  /** Drift is measured again after a failure. */
  driftFollowed(): void;
  /** A planned evaluation begins, or continues after the daemon was stopped in the middle of it. */
  evaluationStarted(event: { run: string; attempt: number; madeUp: boolean }): void;
  evaluationFinished(event: { run: string; outcome: 'ok' | 'gate-failed' } & EvaluationFigures): void;
  /** Restores the figures of the last evaluation after a start. */
  evaluationRestored(event: EvaluationFigures): void;
  evaluationFailed(event: { run: string; error: unknown }): void;
  /** A planned evaluation was not run: another one was still running (skipped), or no daemon was (missed). */
  evaluationNotRun(event: { run: string; outcome: 'skipped' | 'missed'; reason: string }): void;
  /**
   * When the next evaluation is planned, in milliseconds since 1970; undefined without one. `lost`: planned
   * runs since the last completed one that were missed, skipped or failed; 0 without a plan.
   */
  evaluationPlanned(event: { nextMs: number | undefined; lost: number }): void;
  gateFailed(event: { run: string; set: string; gate: string; value: number | null; limit: number }): void;
  /** `reason` says in a sentence why a candidate was promoted, or was not. */
  candidateJudged(event: { run: string; candidate: string; promoted: boolean; reason: string }): void;
  /** The state of planned evaluations or their old reports could not be read, written or removed. */
  evaluationTrouble(event: { error: unknown }): void;
  started(event: { configFile: string }): void;
  /** Images are being taken in. `url` is the address of HTTP, if it is enabled. */
  ready(event: { url: string | undefined; durationMs: number }): void;
  stopping(event: { reason: string }): void;
  /** A part of the daemon failed to stop, or does not end; the others are stopped nevertheless. */
  stopIncomplete(event: { part: string; reason: string; error?: unknown }): void;
  /** The process does not end by itself, and is ended by a signal. */
  endForced(event: { signal: string; waitedMs: number }): void;
  /** The daemon has stopped. `ended`: number of files of this run that have ended, by outcome. */
  stopped(event: { returnedToQueue: number; ended: Readonly<Record<string, number>> }): void;
}

export const REHASH_OUTCOMES = ['same', 'changed', 'unreadable'] as const;
export type RehashOutcome = (typeof REHASH_OUTCOMES)[number];

/** The cause of a pause: no room for results, or a missing scanner folder. */
export type PauseCause = 'disk' | 'folder';

/** The figures of an evaluation that are exported. */
export interface EvaluationFigures {
  /** RFC 3339, UTC. */
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly sets: readonly EvaluatedSet[];
}

/** The figures on one folder. A figure that does not exist is null. */
export interface EvaluatedSet {
  /** The folder's name, not its path. */
  readonly set: string;
  readonly images: number;
  readonly models: readonly {
    readonly model: Pick<ModelIdentity, 'name' | 'version'> & { readonly engine: string };
    readonly figures: Readonly<Record<EvaluationFigure, number | null>>;
    readonly classRecall: Readonly<Record<string, number | null>>;
  }[];
  readonly gates: readonly { readonly gate: string; readonly passed: boolean }[];
}

export type EvaluationFigure =
  | 'shareRight'
  | 'accuracy'
  | 'precision'
  | 'recall'
  | 'fMeasure'
  | 'quadraticLoss'
  | 'expectedCalibrationError';

/**
 * Stages of an image after settling. `pool` is the wait for a worker; the inference of each model, which
 * follows, is measured by model.
 */
export const STAGES = ['queue', 'read', 'decode', 'batch', 'pool', 'record'] as const;
export type Stage = (typeof STAGES)[number];

/** A label, its image, and what it changed. */
export interface LabelFacts {
  /** SHA-256 of the image; while it is unknown, scanner and path identify the image. */
  readonly sha256?: string;
  readonly scanner?: string;
  readonly path?: string;
  readonly class: string;
  readonly by: string;
  /** `set`, `changed`, `unchanged` or `waiting`, as recorded in the ledger. */
  readonly outcome: string;
  /** The previous class, if there was one. */
  readonly previous?: string;
}
