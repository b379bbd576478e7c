import { hasCode } from '../errors.js';
import { faultPoint } from '../faults.js';
import type { ModelIdentity, ModelInUse } from '../record.js';
import type { ModelSpec } from '../model/registry/in-use.js';
import { InferencePool, type PoolOptions } from './inference-pool.js';
import type { BatchReply, FileToPrepare, PrepareLimits } from './protocol.js';

/**
 * Share of the new workers that load their models at the same time. Each uses a whole core while loading,
 * beside the old workers, and would delay images in flight.
 */
const LOADING_SHARE = 1 / 4;

/**
 * The pool that serves now, and the change to another one: the new pool is started and warmed up while the
 * old one serves, then receives all batches, and the old one ends after the batches it has. No batch fails or
 * waits because of the change, and each result names the models of the pool that computed it.
 */
export class ModelServer {
  #pool: InferencePool;
  #closing: Promise<void> = Promise.resolve();

  private constructor(pool: InferencePool) {
    this.#pool = pool;
  }

  static async start(options: PoolOptions): Promise<ModelServer> {
    return new ModelServer(await InferencePool.start(options));
  }

  get models(): readonly ModelIdentity[] {
    return this.#pool.identities;
  }

  /** The models in use with their classes. */
  get specs(): readonly ModelSpec[] {
    return this.#pool.models;
  }

  get modelsInUse(): readonly ModelInUse[] {
    return this.#pool.modelsInUse;
  }

  get kernels(): InferencePool['kernels'] {
    return this.#pool.kernels;
  }

  get workers(): InferencePool['workers'] {
    return this.#pool.workers;
  }

  get taskTimeoutMs(): number {
    return this.#pool.taskTimeoutMs;
  }

  /**
   * Classifies images.
   * @throws as `InferencePool.classify`; `pool-closed` only when this server was closed
   */
  classify(pixels: Uint8Array<ArrayBuffer>, count: number): Promise<BatchReply> {
    return this.#served((pool) => pool.classify(pixels, count));
  }

  /**
   * Classifies files.
   * @throws as `classify`
   */
  classifyFiles(files: readonly FileToPrepare[], limits: PrepareLimits): Promise<BatchReply> {
    return this.#served((pool) => pool.classifyFiles(files, limits));
  }

  /**
   * Replaces the pool by one with other options.
   * @throws as `InferencePool.start`; the old models continue to serve then
   */
  async swap(options: PoolOptions): Promise<void> {
    // One swap at a time: two old pools beside the new one could exhaust the memory.
    await this.#closing;
    const next = await InferencePool.start(options, Math.max(1, Math.floor(options.workers * LOADING_SHARE)));
    faultPoint('swap-ready');
    const previous = this.#pool;
    this.#pool = next;
    faultPoint('swapped');
    this.#closing = previous.close();
  }

  async close(): Promise<void> {
    await this.#closing;
    await this.#pool.close();
  }

  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }

  async #served<T>(work: (pool: InferencePool) => Promise<T>): Promise<T> {
    for (;;) {
      const pool = this.#pool;
      try {
        return await work(pool);
      } catch (error) {
        // At a swap, requests that still waited in the old pool go to the new one: they have not left this
        // thread.
        if (!hasCode(error, 'pool-closed') || pool === this.#pool) throw error;
      }
    }
  }
}
