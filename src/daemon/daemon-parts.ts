import type { Registry } from 'prom-client';
import type { LoadedConfig } from '../config/load.js';
import type { ClaimOutcome } from '../pipeline/recorder.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { ThroughputMeter } from '../telemetry/throughput.js';
import type { OpenParts } from './open-parts.js';
import type { StuckThreads } from './stuck-threads.js';

/** What the process provides to the daemon; available in every phase. */
export interface DaemonParts {
  /** The configuration in force; a reload replaces it. */
  readonly inForce: { loaded: LoadedConfig };
  readonly opened: OpenParts;
  readonly tally: RunTally;
  readonly stuck: StuckThreads;
  readonly telemetry: Telemetry;
  readonly registry: Registry;
  readonly throughput: ThroughputMeter;
}

/** How the files of this run have ended. */
export interface RunTally {
  readonly ended: Record<ClaimOutcome, number>;
  /** Files in flight that the stop returned to the queue. */
  returnedToQueue: number;
}

export function newRunTally(): RunTally {
  const ended = { classified: 0, duplicate: 0, superseded: 0, released: 0, retried: 0, quarantined: 0 };
  return { ended, returnedToQueue: 0 };
}
