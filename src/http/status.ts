import type { ModelIdentity } from '../record.js';
import type { WorkCounts } from '../telemetry/telemetry.js';

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

/** The answer of /status. Fields are only ever added. */
export interface DaemonStatus {
  readonly version: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly configuration: { readonly file: string; readonly sha256: string };
  readonly models: readonly ModelIdentity[];
  readonly work: WorkCounts;
  readonly workers: { readonly configured: number; readonly alive: number; readonly busy: number };
  /** Results that each sink has not received yet. */
  readonly outbox: Readonly<Record<string, number>>;
  readonly inFlight: number;
  /** Over the last minute. */
  readonly imagesPerSecond: number;
  readonly scanners: readonly ScannerStatus[];
}

export interface ScannerStatus {
  readonly name: string;
  readonly folder: string;
  /** Files that are still being written. */
  readonly unsettled: number;
}
