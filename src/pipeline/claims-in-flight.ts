import type { Claim } from '../ledger/ledger.js';

/** The stages of images in flight. `batch`: claimed, waiting for a full batch or a worker. */
export type PipelineStage = 'batch' | 'pool' | 'record';

/** State of the pipeline, for the stall detector. */
export interface ActivitySnapshot {
  readonly inFlight: number;
  /** Milliseconds since a claim ended, or since the pipeline became busy after it was empty. */
  readonly idleMs: number;
  /** The latest stage that holds images in flight; undefined while the pipeline is empty. */
  readonly stage: PipelineStage | undefined;
}

export interface ClaimsInFlightOptions {
  /** Most claims in flight; asked each time, since a reload may change it. */
  readonly capacity: () => number;
  /** Called soon after claims ended, when there is room for others. */
  readonly onRoom: () => void;
  readonly now?: () => number;
}

/**
 * Every claim in flight with its stage; no other part counts them. It also limits them: RxJS pushes without
 * asking, so an image is claimed only while there is room, and its room is free again when the claim's end is
 * in the ledger.
 */
export class ClaimsInFlight {
  readonly #stages = new Map<Claim, PipelineStage>();
  readonly #capacity: () => number;
  readonly #onRoom: () => void;
  readonly #now: () => number;
  #movedAt: number;
  #isTelling = false;

  constructor({ capacity, onRoom, now = () => performance.now() }: ClaimsInFlightOptions) {
    this.#capacity = capacity;
    this.#onRoom = onRoom;
    this.#now = now;
    this.#movedAt = now();
  }

  get count(): number {
    return this.#stages.size;
  }

  /** Number of claims that may be added; negative after a reload has reduced the capacity. */
  get room(): number {
    return this.#capacity() - this.#stages.size;
  }

  get claims(): Claim[] {
    return [...this.#stages.keys()];
  }

  begin(claim: Claim): void {
    if (this.#stages.size === 0) this.#movedAt = this.#now();
    this.#stages.set(claim, 'batch');
  }

  move(claims: readonly Claim[], stage: PipelineStage): void {
    for (const claim of claims) this.#stages.set(claim, stage);
  }

  end(claim: Claim): void {
    this.#stages.delete(claim);
    this.#movedAt = this.#now();
    if (this.#isTelling) return;
    this.#isTelling = true;
    // The claims of a batch end one by one: with one call for all of them, their successors are claimed in
    // one commit.
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#onRoom();
    });
  }

  snapshot(): ActivitySnapshot {
    return { inFlight: this.count, idleMs: this.#now() - this.#movedAt, stage: this.#stage() };
  }

  #stage(): PipelineStage | undefined {
    const stages = new Set(this.#stages.values());
    return (['record', 'pool', 'batch'] as const).find((stage) => stages.has(stage));
  }
}
