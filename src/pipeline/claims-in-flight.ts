import type { Claim } from '../ledger/ledger.js';

/** The places of images in flight. `batch`: claimed, waiting for more images or for a worker. */
export type PipelineStage = 'batch' | 'pool' | 'record';

/** What the pipeline is doing, for the stall detector. */
export interface ActivitySnapshot {
  readonly inFlight: number;
  /** Milliseconds since a claim ended, or since the pipeline started to work after it had nothing to do. */
  readonly idleMs: number;
  /** The last stage of the way that holds an image; undefined while no image is in flight. */
  readonly stage: PipelineStage | undefined;
}

export interface ClaimsInFlightOptions {
  /** How many there may be; asked each time, since a reload may change it. */
  readonly capacity: () => number;
  /** Called soon after claims ended: there is room for others. */
  readonly onRoom: () => void;
  readonly now?: () => number;
}

/**
 * Every claim in flight with its stage, the only place that counts them. It is also what bounds them: RxJS
 * pushes without asking, so an image is claimed only while there is room, and the room comes back when the
 * claim's end is in the ledger.
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

  /** How many more there may be; negative after a reload has reduced the capacity. */
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
    // The claims of a batch end one by one: told once for all of them, their successors are claimed in one
    // commit.
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
