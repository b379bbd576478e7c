/** Where the images in flight are. `batch`: claimed, waiting for company or a worker. */
export type PipelineStage = 'batch' | 'pool' | 'record';

/** What the pipeline is doing, for whoever watches that it does not stand still. */
export interface ActivitySnapshot {
  readonly inFlight: number;
  /** Milliseconds since a claim ended, or since the pipeline started to work after it had nothing to do. */
  readonly idleMs: number;
  /** The stage that holds the images in flight, the last of the way first; undefined when there are none. */
  readonly stage: PipelineStage | undefined;
}

/** Counts images by stage. */
export class Activity {
  readonly #now: () => number;
  readonly #images = { pool: 0, record: 0 };
  #inFlight = 0;
  #movedAt: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#movedAt = now();
  }

  begun(): void {
    if (this.#inFlight === 0) this.#movedAt = this.#now();
    this.#inFlight += 1;
  }

  ended(): void {
    this.#inFlight -= 1;
    this.#movedAt = this.#now();
  }

  /** Counts `images` in `stage` while `work` goes on. */
  async during<T>(
    stage: Exclude<PipelineStage, 'batch'>,
    images: number,
    work: () => Promise<T>,
  ): Promise<T> {
    this.#images[stage] += images;
    try {
      return await work();
    } finally {
      this.#images[stage] -= images;
    }
  }

  snapshot(): ActivitySnapshot {
    return { inFlight: this.#inFlight, idleMs: this.#now() - this.#movedAt, stage: this.#stage() };
  }

  #stage(): PipelineStage | undefined {
    if (this.#inFlight === 0) return undefined;
    const { record, pool } = this.#images;
    if (record > 0) return 'record';
    return pool > 0 ? 'pool' : 'batch';
  }
}
