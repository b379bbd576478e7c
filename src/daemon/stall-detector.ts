import type { ActivitySnapshot } from '../pipeline/claims-in-flight.js';
import type { Telemetry } from '../telemetry/telemetry.js';

export interface StallSource {
  readonly activity: () => ActivitySnapshot;
  /** Whether a queued file is due, and neither paused nor postponed. */
  readonly isWorkDue: () => boolean;
  /** Whether the daemon waits for a known reason, such as room on a disk. */
  readonly isPaused: () => boolean;
  /** Longest time that a stage may take without finishing anything. */
  readonly limitMs: () => number;
  readonly telemetry: Pick<Telemetry, 'pipelineStalled' | 'pipelineMoving'>;
  readonly now?: () => number;
}

export interface Stall {
  /** Stage that stalls. `claim`: files are due and none is claimed. */
  readonly stage: string;
  readonly idleMs: number;
}

/**
 * Notices a pipeline that has stalled without a failure: work waits, nothing ends, and there is no known
 * reason to wait. Each wait in the daemon has a limit of its own; this catches a wait whose limit was
 * forgotten.
 */
export class StallDetector {
  readonly #source: StallSource;
  readonly #now: () => number;
  /** Time from which files have been due with nothing in flight. */
  #dueSince: number | undefined;
  #stall: (Stall & { readonly since: number }) | undefined;

  constructor(source: StallSource) {
    this.#source = source;
    this.#now = source.now ?? (() => performance.now());
  }

  get stall(): Stall | undefined {
    return this.#stall;
  }

  /** Checks for a stall; a timer calls it. */
  check(): void {
    const found = this.#source.isPaused() ? undefined : this.#find();
    const { telemetry } = this.#source;
    const before = this.#stall;
    if (before && found?.stage !== before.stage) {
      telemetry.pipelineMoving({ stage: before.stage, stalledMs: this.#now() - before.since });
      this.#stall = undefined;
    }
    if (!found) return;
    const { inFlight } = this.#source.activity();
    if (!this.#stall) telemetry.pipelineStalled({ ...found, inFlight });
    this.#stall = { ...found, since: this.#stall?.since ?? this.#now() - found.idleMs };
  }

  #find(): Stall | undefined {
    const { activity, isWorkDue, limitMs } = this.#source;
    const { inFlight, idleMs, stage } = activity();
    if (inFlight > 0) {
      this.#dueSince = undefined;
      return idleMs > limitMs() ? { stage: stage ?? 'batch', idleMs } : undefined;
    }
    if (!isWorkDue()) {
      this.#dueSince = undefined;
      return undefined;
    }
    this.#dueSince ??= this.#now();
    const waitedMs = this.#now() - this.#dueSince;
    return waitedMs > limitMs() ? { stage: 'claim', idleMs: waitedMs } : undefined;
  }
}
