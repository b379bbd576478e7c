import { Observable } from 'rxjs';
import type { Claim } from '../ledger/ledger.js';
import type { Credits } from './credits.js';

export interface ClaimSource {
  claim(limit: number): Claim[];
  nextDue(): number | undefined;
}

/** At most this many claims in one transaction, so that a commit stays short. */
const CLAIMS_AT_ONCE = 32;
const PULL_AFTER_FAILURE_MS = 5000;
/** setTimeout's largest delay, in milliseconds. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * Pulls claims out of the queue whenever a credit is free: nothing is claimed that could not be worked on at once.
 * `pull` is called when credits come back or files were queued; between calls only the next retry's timer is awake.
 */
export class Claims {
  readonly #source: ClaimSource;
  readonly #credits: Credits;
  readonly #onError: (error: unknown) => void;
  #emit: ((claims: Claim[]) => void) | undefined;
  #complete: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isPulling = false;

  constructor(source: ClaimSource, credits: Credits, onError: (error: unknown) => void) {
    this.#source = source;
    this.#credits = credits;
    this.#onError = onError;
  }

  /** Emits each claim once; completes after `stop`. One subscriber. */
  readonly claims$ = new Observable<Claim>((subscriber) => {
    this.#emit = (claims) => {
      for (const claim of claims) subscriber.next(claim);
    };
    this.#complete = () => {
      subscriber.complete();
    };
    this.pull();
    return () => {
      this.#emit = undefined;
    };
  });

  /** Safe to call at any time and from inside what a claim sets off. */
  pull(): void {
    if (this.#isPulling || !this.#emit) return;
    this.#isPulling = true;
    try {
      while (this.#pullSome());
      this.#isPulling = false;
      this.#pullAt(this.#credits.available > 0 ? this.#source.nextDue() : undefined);
    } catch (error) {
      // The ledger cannot be read or written (a full disk, say): the work waits in it until it can.
      this.#isPulling = false;
      this.#onError(error);
      this.#pullAt(Date.now() + PULL_AFTER_FAILURE_MS);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#emit = undefined;
    this.#complete?.();
  }

  #pullSome(): boolean {
    const limit = Math.min(this.#credits.available, CLAIMS_AT_ONCE);
    if (limit <= 0 || !this.#emit) return false;
    const claims = this.#source.claim(limit);
    this.#credits.take(claims.length);
    this.#emit(claims);
    return claims.length === limit;
  }

  /** `time` in milliseconds since 1970; undefined: only when called. */
  #pullAt(time: number | undefined): void {
    clearTimeout(this.#timer);
    if (time === undefined || !this.#emit) return;
    const delay = Math.min(Math.max(time - Date.now(), 1), LONGEST_DELAY_MS);
    this.#timer = setTimeout(() => this.pull(), delay);
    this.#timer.unref();
  }
}
