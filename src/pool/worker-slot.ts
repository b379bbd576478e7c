import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../backoff.js';
import type { HowComputed } from '../engine.js';
import { errorOf, messageOf } from '../errors.js';
import { IMAGE_BYTES } from '../images.js';
import type { ModelIdentity } from '../record.js';
import type { ClassifyRequest, WorkerReply } from './protocol.js';
import { REQUESTS_AT_ONCE, WorkerThread, type ThreadOptions } from './worker-thread.js';

export interface WorkerEvents {
  /** Called when a thread has loaded a model. */
  readonly onModelLoaded?: (model: ModelIdentity, how: HowComputed) => void;
  /** Called when a thread has died or was given up; another one replaces it. */
  readonly onWorkerLost?: (reason: string) => void;
  /** Called when no thread could be started as a replacement; the start is tried again. */
  readonly onWorkerMissing?: (error: unknown, retryMs: number) => void;
  /** Called when a thread has started after `onWorkerMissing`. */
  readonly onWorkerFound?: () => void;
  /** Called when native code holds a thread that was given up: it keeps using a core. */
  readonly onWorkerStuck?: (whenEnded: Promise<void>) => void;
}

export interface SlotOptions extends ThreadOptions, WorkerEvents {
  readonly taskTimeoutMs: number;
  /** Called when the slot has room for a request again. */
  readonly onRoom: () => void;
}

/** Time limit of a start, which includes reading and unpacking large models from a slow disk. */
const START_WITHIN_MS = 300_000;
const BACKOFF = { firstMs: 1000, longestMs: 60_000 };

/** The place of one worker: a warm thread, or the attempts to start one. */
export class WorkerSlot {
  readonly #options: SlotOptions;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;
  #thread: WorkerThread | undefined;
  #computed: readonly HowComputed[] = [];
  /** The thread that is loading the models. */
  #starting: WorkerThread | undefined;
  #requests = 0;
  #busySince = 0;
  #problem: string | undefined;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  /** Whether the slot's thread has loaded the models and answered. */
  get isReady(): boolean {
    return this.#thread !== undefined;
  }

  /** How each model is computed, in their order; empty while there is no thread. */
  get computed(): readonly HowComputed[] {
    return this.isReady ? this.#computed : [];
  }

  /** Number of requests in flight or waiting in the thread. */
  get requests(): number {
    return this.#requests;
  }

  get hasRoom(): boolean {
    return this.isReady && this.#requests < REQUESTS_AT_ONCE;
  }

  /** Value of `performance.now()` when the request in flight began. */
  get busySince(): number {
    return this.#busySince;
  }

  /** Why there is no thread, once it could not be replaced. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * Starts a thread.
   * @throws SmearwatchError the engine's codes, `worker-lost`, `task-timeout`
   */
  async start(): Promise<void> {
    const thread = new WorkerThread(this.#options);
    this.#starting = thread;
    try {
      const reply = await thread.run(blankImage(), START_WITHIN_MS);
      if (reply.kind === 'failed') throw errorOf(reply);
      if (this.#isClosing) throw new Error('the pool was closed during the start');
      this.#thread = thread;
      this.#computed = reply.perModel.map(({ computedBy, fallback }) => ({ computedBy, fallback }));
      this.#problem = undefined;
      const { setup, onModelLoaded } = this.#options;
      for (const [at, how] of this.#computed.entries()) {
        const model = setup.models[at];
        if (model) onModelLoaded?.(model.identity, how);
      }
      void thread.gone.then((error) => this.#replace(thread, error));
    } catch (error) {
      // Otherwise `close` has ended it.
      if (!this.#isClosing) await this.#end(thread);
      throw error;
    } finally {
      this.#starting = undefined;
    }
  }

  /**
   * Runs a request. Its time starts when the thread has no other request in flight. A thread that fails is
   * replaced.
   * @throws SmearwatchError `worker-lost`, `task-timeout`
   * @throws NotBegun
   */
  async run(request: ClassifyRequest): Promise<WorkerReply> {
    const thread = this.#thread;
    if (!thread) throw new Error('the slot has no thread');
    if (this.#requests === 0) this.#busySince = performance.now();
    this.#requests += 1;
    try {
      return await thread.run(request, this.#options.taskTimeoutMs);
    } catch (error) {
      this.#replace(thread, error);
      throw error;
    } finally {
      this.#requests -= 1;
      this.#busySince = performance.now();
      if (this.hasRoom) this.#options.onRoom();
    }
  }

  /** Ends the thread, also one that still loads its models. Safe to call more than once. */
  close(): Promise<void> {
    this.#closing.abort();
    const thread = this.#thread ?? this.#starting;
    this.#thread = undefined;
    this.#closed ??= thread ? this.#end(thread) : Promise.resolve();
    return this.#closed;
  }

  /** Replaces a failed thread; does nothing if that was done or begun already. */
  #replace(thread: WorkerThread, error: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    if (!this.#isClosing) this.#options.onWorkerLost?.(messageOf(error));
    // Not awaited: a stuck thread must not keep its successor from starting.
    void this.#end(thread);
    void this.#restart();
  }

  /** Starts threads until one is ready, or the slot is closed. */
  async #restart(): Promise<void> {
    for (let attempt = 1; !this.#isClosing; attempt += 1) {
      const retryMs = backoffMs(attempt, BACKOFF);
      if (await this.#hasStarted(retryMs)) {
        if (attempt > 1) this.#options.onWorkerFound?.();
        break;
      }
      await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
    if (this.hasRoom) this.#options.onRoom();
  }

  async #hasStarted(retryMs: number): Promise<boolean> {
    try {
      await this.start();
      return true;
    } catch (error) {
      this.#problem = messageOf(error);
      if (!this.#isClosing) this.#options.onWorkerMissing?.(error, retryMs);
      return false;
    }
  }

  async #end(thread: WorkerThread): Promise<void> {
    const { hasEnded, whenEnded } = await thread.end();
    if (!hasEnded) this.#options.onWorkerStuck?.(whenEnded);
  }
}

function blankImage(): ClassifyRequest {
  return { kind: 'pixels', pixels: new Uint8Array(IMAGE_BYTES), count: 1 };
}
