import type { ModelIdentity, ModelInUse } from '../record.js';

/** Values that a scrape or /status reads, instead of events that are reported. */
export interface StateReader {
  work(): WorkCounts;
  workers(): { configured: number; alive: number; busy: number; stuck: number };
  outbox(): Readonly<Record<string, number>>;
  models(): readonly ModelInUse[];
  inFlight(): number;
  ledgerBytes(): { readonly database: number; readonly writeAheadLog: number };
  /** Whether the ledger can be written: false after a failed write, until one succeeds. */
  ledgerWritable(): boolean;
  /** Whether the images in each scanner's folder are taken in. */
  scannersReady(): Readonly<Record<string, boolean>>;
}

/** The quality of models and images, read at a scrape. */
export interface QualityReader {
  accuracy(): readonly LiveAccuracy[];
  waitingLabels(): number;
  modelDrift(): readonly { readonly model: ModelIdentity; readonly reading: Drift }[];
  scannerDrift(): readonly { readonly scanner: string; readonly reading: Drift }[];
}

/** A model's figures over its newest labelled images; NaN where one does not exist. */
export interface LiveAccuracy {
  readonly model: ModelIdentity;
  readonly images: number;
  /** Share of the images classified correctly. */
  readonly accuracy: number;
  /** The share that `evaluation.gates` require; undefined if no gate requires one. */
  readonly gate?: number | undefined;
  readonly perClass: readonly {
    readonly class: string;
    readonly precision: number;
    readonly recall: number;
  }[];
  /** Images by true class (label) and predicted class. */
  readonly confusion: readonly { readonly label: string; readonly class: string; readonly images: number }[];
}

export interface Drift {
  readonly images: number;
  /** Images in the reference; 0 while it is still being taken. */
  readonly referenceImages: number;
  /** Population stability indexes by measure; none before there are enough images. */
  readonly indexes: Readonly<Record<string, number>>;
}

export interface WorkCounts {
  readonly queued: number;
  readonly running: number;
  readonly done: number;
  readonly quarantined: number;
  /** Milliseconds since the oldest queued or running file entered the queue; 0 without any. */
  readonly oldestMs: number;
}
