import { Subject, type Observable } from 'rxjs';
import { faultPoint } from '../faults.js';
import type { Claim } from '../ledger/ledger.js';
import type { ClaimsInFlight } from './claims-in-flight.js';

export interface ClaimSource {
  readonly queue: {
    claim(limit: number, paused: readonly string[]): Claim[];
    nextDueInMs(paused: readonly string[]): number | undefined;
  };
  /** Files that may have killed the process: each is in flight alone. */
  readonly suspects: { isDue(): boolean; claim(): Claim | undefined };
}

/** What must not be claimed at present: its folder is missing, or there is no room for results. */
export interface Pauses {
  readonly isPaused: boolean;
  readonly pausedScanners: readonly string[];
}

export const NEVER_PAUSED: Pauses = { isPaused: false, pausedScanners: [] };

/** The largest number of claims in one transaction, so that a commit stays short. */
const CLAIMS_AT_ONCE = 64;
const PULL_AFTER_FAILURE_MS = 5000;

/**
 * Pulls claims out of the queue whenever there is room in flight: nothing is claimed that could not be worked
 * on at once. The subscriber begins each claim in `inFlight` when it receives it. `pull` is called when there
 * is room again or files were queued; between calls only the next retry's timer is awake.
 */
export class Claims {
  readonly #source: ClaimSource;
  readonly #inFlight: ClaimsInFlight;
  readonly #pauses: Pauses;
  readonly #onError: (error: unknown) => void;
  readonly #claims$ = new Subject<Claim>();
  #timer: NodeJS.Timeout | undefined;
  #isPulling = false;
  /** A suspect is in flight, or waits until everything else has ended. */
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

  /** Emits each claim once; completes after `stop`. Nothing is claimed before it has a subscriber. */
  get claims$(): Observable<Claim> {
    return this.#claims$;
  }

  /** Safe to call at any time and from inside what a claim sets off. */
  pull(): void {
    if (this.#isPulling || !this.#claims$.observed) return;
    this.#isPulling = true;
    try {
      while (this.#pullSome());
      this.#isPulling = false;
      this.#pullIn(this.#nextDueInMs());
    } catch (error) {
      // The ledger cannot be read or written (a full disk, say): the work waits in it until it can.
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

  /** How soon to look again without being called: not while room, or the end of a pause, is waited for. */
  #nextDueInMs(): number | undefined {
    const { isPaused, pausedScanners } = this.#pauses;
    if (this.#inFlight.room <= 0 || this.#isAlone || isPaused) return undefined;
    return this.#source.queue.nextDueInMs(pausedScanners);
  }

  /** Undefined: only when called. */
  #pullIn(delayMs: number | undefined): void {
    clearTimeout(this.#timer);
    if (delayMs === undefined || !this.#claims$.observed) return;
    this.#timer = setTimeout(() => this.pull(), Math.max(delayMs, 1));
    this.#timer.unref();
  }
}
