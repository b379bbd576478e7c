import type { HowComputed, KernelChoice } from '../engine.js';
import { errorOf, SmearwatchError } from '../errors.js';
import type { ComputationInUse, ModelIdentity, ModelInUse } from '../record.js';
import type { ModelSpec } from '../model/registry/in-use.js';
import type { BatchReply, ClassifyRequest, FileToPrepare, PrepareLimits, WorkerReply } from './protocol.js';
import { WorkerSlot, type WorkerEvents } from './worker-slot.js';
import { NotBegun } from './worker-thread.js';

export interface PoolOptions extends WorkerEvents {
  /** Compiled worker (`dist/pool/worker/worker.js`). */
  readonly workerFile: URL;
  readonly workers: number;
  readonly models: readonly ModelSpec[];
  /** The ledger that knows which bytes have a result; without it, all files are classified. */
  readonly ledgerFile?: string;
  /** A batch that makes no progress for longer is given up and its worker replaced. */
  readonly taskTimeoutMs: number;
  /** Choice of kernels; the default is `auto`. */
  readonly kernels?: KernelChoice;
  /** Aborts a start: the threads that load models are ended. */
  readonly signal?: AbortSignal;
}

export interface PoolWorkers {
  readonly configured: number;
  /** Warm workers; fewer than configured while one is replaced or cannot be. */
  readonly alive: number;
  readonly busy: number;
  /** Why workers are missing, once one could not be replaced. */
  readonly problem?: string;
}

interface Waiting {
  readonly request: ClassifyRequest;
  readonly send: (slot: WorkerSlot) => void;
  readonly refuse: (error: SmearwatchError) => void;
}

/**
 * Worker threads with one fixed set of models each. Models are changed by starting a second pool and closing
 * this one when it has drained (see ModelServer): sessions are never reloaded in place.
 *
 * A batch waits here until a worker is warm and free. A batch of files is also sent to a worker that has one
 * batch in flight, so that the worker has the next one at once even if this thread is busy committing. When a
 * batch hangs and its thread is given up, a second batch that has not begun in that thread goes to another
 * worker.
 */
export class InferencePool {
  readonly models: readonly ModelSpec[];
  readonly #options: PoolOptions;
  readonly #slots: readonly WorkerSlot[];
  readonly #waiting: Waiting[] = [];
  readonly #working = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(options: PoolOptions) {
    this.models = options.models;
    this.#options = options;
    const slotOptions = {
      ...options,
      setup: {
        models: options.models,
        kernels: this.kernels,
        ...(options.ledgerFile !== undefined && { ledgerFile: options.ledgerFile }),
      },
      onRoom: () => this.#serveWaiting(),
    };
    this.#slots = Array.from({ length: options.workers }, () => new WorkerSlot(slotOptions));
  }

  /**
   * Starts the workers, `atOnce` of them at a time, and waits until every one has loaded its models and
   * classified an image.
   * @throws SmearwatchError `model-unloadable` and the engine's other codes; nothing is left running then
   */
  static async start(options: PoolOptions, atOnce = options.workers): Promise<InferencePool> {
    const pool = new InferencePool(options);
    const end = (): void => void pool.destroy();
    options.signal?.addEventListener('abort', end);
    try {
      options.signal?.throwIfAborted();
      await pool.#warmUp(atOnce);
      return pool;
    } catch (error) {
      await pool.destroy();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', end);
    }
  }

  get identities(): readonly ModelIdentity[] {
    return this.models.map(({ identity }) => identity);
  }

  get kernels(): KernelChoice {
    return this.#options.kernels ?? 'auto';
  }

  get modelsInUse(): readonly ModelInUse[] {
    return this.models.map(({ identity }, at) => ({
      ...identity,
      computations: countEqual(this.#slots.flatMap(({ computed }) => computed[at] ?? [])),
    }));
  }

  get taskTimeoutMs(): number {
    return this.#options.taskTimeoutMs;
  }

  get workers(): PoolWorkers {
    const problem = this.#slots.find((slot) => slot.problem !== undefined)?.problem;
    return {
      configured: this.#options.workers,
      alive: this.#slots.filter(({ isReady }) => isReady).length,
      busy: this.#slots.filter(({ requests }) => requests > 0).length,
      ...(problem !== undefined && { problem }),
    };
  }

  /**
   * Classifies `count` images; `pixels` (count × 196,608 bytes) is transferred and unusable afterwards,
   * unless the pool was closed before the transfer.
   * @throws SmearwatchError `worker-lost`, `task-timeout`, `inference-failed`, `pool-closed`
   */
  classify(pixels: Uint8Array<ArrayBuffer>, count: number): Promise<BatchReply> {
    return this.#run({ kind: 'pixels', pixels, count });
  }

  /**
   * Reads, decodes and classifies files. A file that cannot be classified gets an answer that says so, and
   * the other files are classified.
   * @throws SmearwatchError as `classify`
   */
  classifyFiles(files: readonly FileToPrepare[], limits: PrepareLimits): Promise<BatchReply> {
    return this.#run({ kind: 'files', files, limits });
  }

  /**
   * Ends the workers after the batches they have; batches that still wait are rejected with `pool-closed`.
   */
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

  async #run(request: ClassifyRequest): Promise<BatchReply> {
    const working = this.#answerTo(request);
    this.#working.add(working);
    try {
      const reply = await working;
      if (reply.kind === 'failed') throw errorOf(reply);
      return { ...reply, models: this.models };
    } finally {
      this.#working.delete(working);
    }
  }

  async #answerTo(request: ClassifyRequest): Promise<WorkerReply> {
    for (;;) {
      try {
        return await this.#sendToWorker(request);
      } catch (error) {
        if (!(error instanceof NotBegun)) throw error;
      }
    }
  }

  #sendToWorker(request: ClassifyRequest): Promise<WorkerReply> {
    if (this.#isClosed) return Promise.reject(poolClosed());
    const slot = this.#waiting.length === 0 ? this.#slotFor(request) : undefined;
    if (slot) return slot.run(request);
    return new Promise((resolve, refuse) => {
      const send = (free: WorkerSlot): void => resolve(free.run(request));
      this.#waiting.push({ request, send, refuse });
    });
  }

  /**
   * The worker for a request: an idle one, or the one that has been busy with its batch for longest. Pixels
   * go to an idle worker only: they are lost with its thread, even before the request begins.
   */
  #slotFor({ kind }: ClassifyRequest): WorkerSlot | undefined {
    return this.#slots
      .filter(({ hasRoom, requests }) => hasRoom && (requests === 0 || kind === 'files'))
      .sort((one, other) => one.requests - other.requests || one.busySince - other.busySince)[0];
  }

  #serveWaiting(): void {
    for (let next = this.#waiting[0]; next && !this.#isClosed; next = this.#waiting[0]) {
      const slot = this.#slotFor(next.request);
      if (!slot) return;
      this.#waiting.shift();
      next.send(slot);
    }
  }

  async #warmUp(atOnce: number): Promise<void> {
    const left = [...this.#slots];
    const startSome = async (): Promise<void> => {
      for (let slot = left.shift(); slot && !this.#isClosed; slot = left.shift()) await slot.start();
    };
    await Promise.all(Array.from({ length: atOnce }, startSome));
  }

  #refuseWaiting(): void {
    this.#isClosed = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(poolClosed());
  }
}

function countEqual(computed: readonly HowComputed[]): ComputationInUse[] {
  const counted = new Map<string, ComputationInUse>();
  for (const { computedBy, fallback } of computed) {
    const key = `${computedBy.computation} ${fallback?.reason ?? ''}`;
    counted.set(key, { ...computedBy, fallback, workers: (counted.get(key)?.workers ?? 0) + 1 });
  }
  return [...counted.values()];
}

function poolClosed(): SmearwatchError {
  return new SmearwatchError('pool-closed', 'the pool was closed before it could classify the batch');
}
