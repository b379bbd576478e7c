import { SmearwatchError } from '../errors.js';
import type { ModelIdentity } from '../record.js';
import type { ModelOutput, ModelSpec } from './protocol.js';
import { WorkerSlot, type WorkerEvents } from './worker-slot.js';

export interface PoolOptions extends WorkerEvents {
  /** Compiled worker (`dist/pool/worker.js`). */
  readonly workerFile: URL;
  readonly workers: number;
  readonly models: readonly ModelSpec[];
  /** A batch that takes longer is given up and its worker replaced. */
  readonly taskTimeoutMs: number;
}

/** What a batch's images were classified as, by the models that really did it. */
export interface BatchResult {
  readonly models: readonly ModelSpec[];
  readonly perModel: readonly ModelOutput[];
}

export interface PoolWorkers {
  readonly configured: number;
  /** Warm: less than configured while one is replaced, or cannot be. */
  readonly alive: number;
  readonly busy: number;
  /** Why some are missing, once one could not be replaced. */
  readonly problem?: string;
}

interface Waiting {
  readonly take: (slot: WorkerSlot) => void;
  readonly refuse: (error: SmearwatchError) => void;
}

/**
 * Worker threads with one fixed set of models each. Models are changed by starting another pool beside this one and
 * closing this one when it has drained (see ModelServer): sessions are never reloaded in place.
 *
 * A batch waits here until a worker is warm and free, so that its time limit covers its own work only: the neighbours of
 * a batch that hangs are not given up with it.
 */
export class InferencePool {
  readonly models: readonly ModelSpec[];
  readonly #options: PoolOptions;
  readonly #slots: readonly WorkerSlot[];
  readonly #idle: WorkerSlot[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #working = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(options: PoolOptions) {
    this.models = options.models;
    this.#options = options;
    const slotOptions = {
      ...options,
      setup: { models: options.models },
      onDiedIdle: (slot: WorkerSlot) => this.#replaceIdle(slot),
    };
    this.#slots = Array.from({ length: options.workers }, () => new WorkerSlot(slotOptions));
  }

  /**
   * Starts the workers and waits until every one of them has loaded its models and classified an image.
   * @throws SmearwatchError `model-unloadable` and the engine's other codes; nothing is left running then
   */
  static async start(options: PoolOptions): Promise<InferencePool> {
    const pool = new InferencePool(options);
    try {
      await Promise.all(pool.#slots.map((slot) => slot.start()));
      pool.#idle.push(...pool.#slots);
      return pool;
    } catch (error) {
      await pool.destroy();
      throw error;
    }
  }

  get identities(): readonly ModelIdentity[] {
    return this.models.map(({ identity }) => identity);
  }

  get taskTimeoutMs(): number {
    return this.#options.taskTimeoutMs;
  }

  get workers(): PoolWorkers {
    const problem = this.#slots.find((slot) => slot.problem !== undefined)?.problem;
    return {
      configured: this.#options.workers,
      alive: this.#slots.filter(({ isReady }) => isReady).length,
      busy: this.#working.size,
      ...(problem !== undefined && { problem }),
    };
  }

  /**
   * Classifies `count` images; `pixels` (count × 196,608 bytes) is transferred and unusable afterwards, except when the
   * pool was closed before it came to that.
   * @throws SmearwatchError `worker-lost`, `task-timeout`, `inference-failed`, `pool-closed`
   */
  async classify(pixels: Uint8Array<ArrayBuffer>, count: number): Promise<BatchResult> {
    const slot = await this.#freeSlot();
    const working = slot.run({ pixels, count });
    this.#working.add(working);
    try {
      const reply = await working;
      if (reply.kind === 'classified') return { models: this.models, perModel: reply.perModel };
      throw new SmearwatchError(reply.message, { code: reply.code });
    } finally {
      this.#working.delete(working);
      this.#release(slot);
    }
  }

  /** Ends the workers after the batches they have; batches that still wait are refused with `pool-closed`. */
  async close(): Promise<void> {
    this.#refuseWaiting();
    await Promise.allSettled(this.#working);
    await this.destroy();
  }

  /** Ends the workers at once. */
  async destroy(): Promise<void> {
    this.#refuseWaiting();
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  #freeSlot(): Promise<WorkerSlot> {
    if (this.#isClosed) return Promise.reject(poolClosed());
    const slot = this.#idle.pop();
    if (slot) return Promise.resolve(slot);
    return new Promise((take, refuse) => this.#waiting.push({ take, refuse }));
  }

  #release(slot: WorkerSlot): void {
    if (this.#isClosed) return;
    if (!slot.isReady) {
      void slot.restart().then(() => this.#release(slot));
      return;
    }
    const next = this.#waiting.shift();
    if (next) next.take(slot);
    else this.#idle.push(slot);
  }

  #replaceIdle(slot: WorkerSlot): void {
    const at = this.#idle.indexOf(slot);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    this.#release(slot);
  }

  #refuseWaiting(): void {
    this.#isClosed = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(poolClosed());
  }
}

function poolClosed(): SmearwatchError {
  return new SmearwatchError('the pool was closed before it could classify the batch', {
    code: 'pool-closed',
  });
}
