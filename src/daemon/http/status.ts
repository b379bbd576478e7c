import type { AuditStatus } from '../../audit/recorder.js';
import type { PlannedEvaluationsStatus } from '../../evaluate/planned/planned-evaluations.js';
import type { PoolWorkers } from '../../pool/inference-pool.js';
import type { DecoderChoice, DecoderName } from '../../images.js';
import type { ModelInUse } from '../../record.js';
import type { WorkCounts } from '../../telemetry/readers.js';

/** What the HTTP server asks the daemon. */
export interface StatusSource {
  /** Whether images are being taken in and classified; the reasons say what is missing. */
  ready(): Readiness;
  status(): DaemonStatus;
}

export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** The answer of /status. Later versions may add fields and never remove one. */
export interface DaemonStatus {
  readonly version: string;
  /** Time of the start: RFC 3339, UTC. */
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly configuration: { readonly file: string; readonly sha256: string };
  readonly models: readonly ModelInUse[];
  /** The end of the audit trail: a copy kept elsewhere proves everything before it. */
  readonly audit: AuditStatus;
  /** Evaluations planned by `evaluation.schedule`. Times are RFC 3339, UTC. */
  readonly evaluations: PlannedEvaluationsStatus;
  /** `pipeline.decoder`, and the number of images classified since the start, by decoder. */
  readonly decoding: { readonly decoder: DecoderChoice; readonly images: DecoderCounts };
  readonly work: WorkCounts;
  /** `stuck`: threads that were given up and that native code holds until the next restart. */
  readonly workers: PoolWorkers & { readonly stuck: number };
  /** Results that each sink has not received yet. */
  readonly outbox: Readonly<Record<string, number>>;
  readonly inFlight: number;
  /** Throughput over the last minute. */
  readonly imagesPerSecond: number;
  readonly scanners: readonly ScannerStatus[];
}

export type DecoderCounts = Partial<Record<DecoderName, number>>;

export interface ScannerStatus {
  readonly name: string;
  readonly folder: string;
  /** Files that are still being written. */
  readonly unsettled: number;
  /** When the folder was last read to its end: RFC 3339, UTC. */
  readonly rescannedAt: string | undefined;
  /** Why some or all images in the folder are not taken in. */
  readonly problem: string | undefined;
}
