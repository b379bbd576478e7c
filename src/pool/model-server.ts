import type { ModelIdentity } from '../record.js';
import { InferencePool, type BatchResult, type PoolOptions } from './inference-pool.js';

/**
 * The pool that serves now, and the change to another one: the new pool is started and warmed up beside the old,
 * takes all batches from one moment on, and the old one ends after the batches it has. No batch fails or waits for it,
 * and each result names the models of the pool that made it.
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

  get workers(): InferencePool['workers'] {
    return this.#pool.workers;
  }

  get taskTimeoutMs(): number {
    return this.#pool.taskTimeoutMs;
  }

  classify(pixels: Uint8Array<ArrayBuffer>, count: number): Promise<BatchResult> {
    return this.#pool.classify(pixels, count);
  }

  /** @throws as `InferencePool.start`; the old models serve on then. */
  async swap(options: PoolOptions): Promise<void> {
    // One swap at a time: two old pools beside the new one could exhaust the memory.
    await this.#closing;
    const next = await InferencePool.start(options);
    const previous = this.#pool;
    this.#pool = next;
    this.#closing = previous.close();
  }

  async close(): Promise<void> {
    await this.#closing;
    await this.#pool.close();
  }

  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}
