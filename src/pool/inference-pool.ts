import { Piscina } from 'piscina';
import { messageOf, SmearwatchError } from '../errors.js';
import { IMAGE_BYTES } from '../images.js';
import type { ModelIdentity } from '../record.js';
import type { ClassifyRequest, ModelOutput, ModelSpec, WorkerReply, WorkerSetup } from './protocol.js';

export interface PoolOptions {
  /** Compiled worker (`dist/pool/worker.js`). */
  readonly workerFile: URL;
  readonly workers: number;
  readonly models: readonly ModelSpec[];
  /** A batch that takes longer is given up and its worker replaced. */
  readonly taskTimeoutMs: number;
  readonly onWorkerLost?: (reason: string) => void;
}

/** What a batch's images were classified as, by the models that really did it. */
export interface BatchResult {
  readonly models: readonly ModelSpec[];
  readonly perModel: readonly ModelOutput[];
}

/**
 * Worker threads with one fixed set of models each. Models are changed by starting another pool beside this one and
 * closing this one when it has drained (see ModelServer): sessions are never reloaded in place.
 */
export class InferencePool {
  readonly models: readonly ModelSpec[];
  readonly #pool: Piscina<ClassifyRequest, WorkerReply>;
  readonly #options: PoolOptions;
  #outstanding = 0;

  private constructor(options: PoolOptions) {
    this.models = options.models;
    this.#options = options;
    this.#pool = new Piscina<ClassifyRequest, WorkerReply>({
      filename: options.workerFile.href,
      minThreads: options.workers,
      maxThreads: options.workers,
      concurrentTasksPerWorker: 1,
      idleTimeout: Number.MAX_SAFE_INTEGER,
      workerData: { models: options.models } satisfies WorkerSetup,
    });
    this.#pool.on('error', (error: unknown) => options.onWorkerLost?.(messageOf(error)));
  }

  /**
   * Starts the workers and waits until every one of them has loaded its models and classified a batch.
   * @throws SmearwatchError `model-unloadable` and the engine's other codes; nothing is left running then
   */
  static async start(options: PoolOptions): Promise<InferencePool> {
    const pool = new InferencePool(options);
    try {
      await pool.#warmUp();
      return pool;
    } catch (error) {
      await pool.#pool.destroy();
      throw error;
    }
  }

  get identities(): readonly ModelIdentity[] {
    return this.models.map(({ identity }) => identity);
  }

  get taskTimeoutMs(): number {
    return this.#options.taskTimeoutMs;
  }

  get workers(): { configured: number; alive: number; busy: number } {
    const alive = this.#pool.threads.length;
    return { configured: this.#options.workers, alive, busy: Math.min(alive, this.#outstanding) };
  }

  /**
   * Classifies `count` images; `pixels` (count × 196,608 bytes) is transferred and unusable afterwards.
   * @throws SmearwatchError `worker-lost`, `task-timeout`, `inference-failed`; `pool-setup-failed` when no image is to
   *   blame, because a replaced worker could not load its models
   */
  async classify(pixels: Uint8Array<ArrayBuffer>, count: number): Promise<BatchResult> {
    const reply = await this.#run({ pixels, count });
    if (reply.kind === 'classified') return { models: this.models, perModel: reply.perModel };
    throw new SmearwatchError(reply.message, { code: reply.isSetup ? 'pool-setup-failed' : reply.code });
  }

  /** Ends the workers after the batches they have. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Ends the workers at once. */
  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }

  async #run(request: ClassifyRequest): Promise<WorkerReply> {
    const timeout = AbortSignal.timeout(this.#options.taskTimeoutMs);
    this.#outstanding += 1;
    try {
      return await this.#pool.run(request, {
        signal: timeout,
        transferList: [request.pixels.buffer as ArrayBuffer],
      });
    } catch (cause) {
      throw timeout.aborted
        ? new SmearwatchError(`a batch took longer than ${this.#options.taskTimeoutMs} ms`, {
            code: 'task-timeout',
            cause,
          })
        : new SmearwatchError(`an inference worker was lost: ${messageOf(cause)}`, {
            code: 'worker-lost',
            cause,
          });
    } finally {
      this.#outstanding -= 1;
    }
  }

  /** A batch for each worker at the same time, until every thread has answered one. */
  async #warmUp(): Promise<void> {
    const warm = new Set<number>();
    while (warm.size < this.#options.workers) {
      const missing = this.#options.workers - warm.size;
      const replies = await Promise.all(Array.from({ length: missing }, () => this.#run(blankImage())));
      for (const reply of replies) {
        if (reply.kind === 'failed') throw new SmearwatchError(reply.message, { code: reply.code });
        warm.add(reply.threadId);
      }
    }
  }
}

function blankImage(): ClassifyRequest {
  return { pixels: new Uint8Array(IMAGE_BYTES), count: 1 };
}
