import { Subject, type Observable } from 'rxjs';
import { faultPoint } from '../faults.js';
import type { Claim } from '../ledger/ledger.js';
import type { ClaimsInFlight } from './claims-in-flight.js';

export interface ClaimSource {
  readonly queue: {
    claim(limit: number, paused: readonly string[]): Claim[];
    nextDueInMs(paused: readonly string[]): number | undefined;
  };
  /** Files that may have killed the process: each is processed with nothing else in flight. */
  readonly suspects: { isDue(): boolean; claim(): Claim | undefined };
}

/**
 * Files that must not be claimed at present: their folder is unavailable, or the disks have no room for
 * results.
 */
export interface Pauses {
  readonly isPaused: boolean;
  readonly pausedScanners: readonly string[];
}

export const NEVER_PAUSED: Pauses = { isPaused: false, pausedScanners: [] };

/** Most claims in one transaction, so that a commit stays short. */
const CLAIMS_AT_ONCE = 64;
const PULL_AFTER_FAILURE_MS = 5000;

/**
 * Pulls claims out of the queue when there is room in flight: a file is claimed only if it can be processed
 * at once. The subscriber begins each claim in `inFlight` when it receives it. `pull` is called when there is
 * room again or files were queued; between calls only the timer of the next retry runs.
 */
export class Claims {
  readonly #source: ClaimSource;
  readonly #inFlight: ClaimsInFlight;
  readonly #pauses: Pauses;
  readonly #onError: (error: unknown) => void;
  readonly #claims$ = new Subject<Claim>();
  #timer: NodeJS.Timeout | undefined;
  #isPulling = false;
  /** Whether a suspect is in flight, or waits until all other claims have ended. */
  #isAlone = false;

  constructor(
    source: ClaimSource,
    inFlight: ClaimsInFlight,
    { pauses, onError }: { pauses: Pauses; onError: (error: unknown) => void },
  ) {
    this.#source = source;
    this.#inFlight = inFlight;
    this.#pauses = pauses;
    this.#onError = onError;
  }

  /** Emits each claim once; completes after `stop`. No file is claimed before there is a subscriber. */
  get claims$(): Observable<Claim> {
    return this.#claims$;
  }

  /** Claims files. Safe to call at any time, also while a claim is being emitted. */
  pull(): void {
    if (this.#isPulling || !this.#claims$.observed) return;
    this.#isPulling = true;
    try {
      while (this.#pullSome());
      this.#isPulling = false;
      this.#pullIn(this.#nextDueInMs());
    } catch (error) {
      // The ledger cannot be read or written (a full disk, for example): the work waits in it until it can.
      this.#isPulling = false;
      this.#onError(error);
      this.#pullIn(PULL_AFTER_FAILURE_MS);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#claims$.complete();
  }

  #pullSome(): boolean {
    const limit = Math.min(this.#inFlight.room, CLAIMS_AT_ONCE);
    if (limit <= 0 || this.#pauses.isPaused) return false;
    const { queue, suspects } = this.#source;
    if (!this.#isAlone || this.#inFlight.count === 0) this.#isAlone = suspects.isDue();
    if (!this.#isAlone) return this.#take(queue.claim(limit, this.#pauses.pausedScanners)) === limit;
    if (this.#inFlight.count === 0) {
      const suspect = suspects.claim();
      if (suspect) this.#take([suspect]);
    }
    return false;
  }

  #take(claims: Claim[]): number {
    if (claims.length > 0) faultPoint('claimed');
    for (const claim of claims) this.#claims$.next(claim);
    return claims.length;
  }

  /**
   * Delay until the next pull without a call; undefined while claims wait for room or for the end of a pause.
   */
  #nextDueInMs(): number | undefined {
    const { isPaused, pausedScanners } = this.#pauses;
    if (this.#inFlight.room <= 0 || this.#isAlone || isPaused) return undefined;
    return this.#source.queue.nextDueInMs(pausedScanners);
  }

  /** Schedules the next pull; undefined means that only a call starts it. */
  #pullIn(delayMs: number | undefined): void {
    clearTimeout(this.#timer);
    if (delayMs === undefined || !this.#claims$.observed) return;
    this.#timer = setTimeout(() => this.pull(), Math.max(delayMs, 1));
    this.#timer.unref();
  }
}
