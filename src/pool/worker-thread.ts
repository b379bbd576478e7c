import { Piscina } from 'piscina';
import { messageOf, SmearwatchError } from '../errors.js';
import { disableOrtTelemetry } from '../model/ort-telemetry.js';
import { within } from '../within.js';
import { NativeLock } from './native-lock.js';
import type { ClassifyRequest, WorkerReply, WorkerSetup } from './protocol.js';
import { WorkerProgress } from './worker-progress.js';

export interface ThreadOptions {
  /** Compiled worker (`dist/pool/worker/worker.js`). */
  readonly workerFile: URL;
  readonly setup: Omit<WorkerSetup, 'progress' | 'nativeLock'>;
}

/**
 * Heap limit of a worker. Its JavaScript handles replies and little else; tensors and models are outside its
 * heap. A heap that exceeds this ends its thread, long before the computer runs out of memory.
 */
const HEAP_MB = 512;
/**
 * Part of the heap for new objects. Replies die young: more room costs memory that grows for an hour and
 * saves nothing (the same processor time per image with 6, 12 and the default 48).
 */
const YOUNG_HEAP_MB = 12;
/** Requests that a thread has at once: the second one waits in it, see `worker.ts`. */
export const REQUESTS_AT_ONCE = 2;
/** Checks of a worker's progress during the time that it may make none. */
const LOOKS_PER_LIMIT = 4;
/** Time limit for ending a thread. JavaScript ends at once; a native call must return first. */
const ENDS_WITHIN_MS = 10_000;

/** A request was in a thread that was lost before the request began: it may be retried in another thread. */
export class NotBegun extends Error {}

/**
 * One thread that is never restarted: a piscina of one. A larger piscina stops refilling itself after a
 * failure while a worker starts, counts a request's waiting against its time limit, and does not say which
 * thread was lost. The owner starts another WorkerThread after a loss.
 */
export class WorkerThread {
  /**
   * Resolves with the reason when the thread is gone, also where piscina would let a request wait without
   * end.
   */
  readonly gone: Promise<unknown>;
  readonly #piscina: Piscina<ClassifyRequest, WorkerReply>;
  readonly #progress = WorkerProgress.forNewThread();
  readonly #nativeLock = NativeLock.forNewThread();
  /** Reject functions of the requests that the thread has. */
  readonly #failing = new Set<(error: unknown) => void>();
  #sent = 0;

  constructor({ workerFile, setup }: ThreadOptions) {
    disableOrtTelemetry();
    this.#piscina = new Piscina<ClassifyRequest, WorkerReply>({
      filename: workerFile.href,
      // Started by the first request, and never restarted by piscina.
      minThreads: 0,
      maxThreads: 1,
      concurrentTasksPerWorker: REQUESTS_AT_ONCE,
      idleTimeout: Infinity,
      // The two histograms take 0.75 MiB that the garbage collector does not count: they grew with every
      // model swap.
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
      workerData: {
        ...setup,
        progress: this.#progress.memory,
        nativeLock: this.#nativeLock.memory,
      } satisfies WorkerSetup,
    });
    this.gone = new Promise((resolve) => {
      this.#piscina.on('error', resolve);
      // The request's own failure, which contains the reason, arrives in the same turn of the event loop.
      this.#piscina.on('workerDestroy', () => setImmediate(() => resolve(new Error('its thread has ended'))));
    });
    void this.gone.then((cause) => this.#failAll(workerLost(cause)));
  }

  /**
   * Has the thread answer one request. After a failure the thread is useless, and its other request fails as
   * well. `timeoutMs`: how long it may make no progress.
   * @throws SmearwatchError `worker-lost`, `task-timeout`
   * @throws NotBegun
   */
  async run(request: ClassifyRequest, timeoutMs: number): Promise<WorkerReply> {
    this.#sent += 1;
    const number = this.#sent;
    try {
      return await this.#answerTo(request, timeoutMs);
    } catch (error) {
      const hasBegun = this.#progress.begun >= number;
      this.#failAll(error);
      throw hasBegun ? error : new NotBegun(messageOf(error), { cause: error });
    }
  }

  async #answerTo(request: ClassifyRequest, timeoutMs: number): Promise<WorkerReply> {
    const transferList = request.kind === 'pixels' ? [request.pixels.buffer] : [];
    let timer: NodeJS.Timeout | undefined;
    let fail: ((error: unknown) => void) | undefined;
    try {
      // Not a race: one with a promise that lives as long as the thread would keep every reply in memory.
      return await new Promise((resolve, reject) => {
        fail = reject;
        this.#failing.add(reject);
        timer = this.#whenStill(timeoutMs, () => reject(taskTimeout(timeoutMs)));
        this.#piscina
          .run(request, { transferList })
          .then(resolve, (cause: unknown) => reject(workerLost(cause)));
      });
    } finally {
      clearInterval(timer);
      if (fail) this.#failing.delete(fail);
    }
  }

  #failAll(error: unknown): void {
    for (const fail of this.#failing) fail(error);
  }

  #whenStill(limitMs: number, act: () => void): NodeJS.Timeout {
    let last = { steps: this.#progress.steps, at: performance.now() };
    return setInterval(() => {
      const [steps, at] = [this.#progress.steps, performance.now()];
      if (steps !== last.steps) last = { steps, at };
      else if (at - last.at >= limitMs) act();
    }, limitMs / LOOKS_PER_LIMIT);
  }

  /**
   * Ends the thread that `run` has started, even in the middle of its JavaScript. Resolves when it has ended,
   * or after some seconds when native code holds it: `whenEnded` then resolves if that code ever returns.
   */
  async end(): Promise<{ hasEnded: boolean; whenEnded: Promise<void> }> {
    const whenEnded = this.#outsideNativeCode().then(() => this.#piscina.destroy());
    const ended = whenEnded.then(() => true);
    const hasEnded = await within(ENDS_WITHIN_MS, ended, { late: () => false });
    return { hasEnded, whenEnded };
  }

  async #outsideNativeCode(): Promise<void> {
    const isGone = new AbortController();
    void this.gone.then(() => isGone.abort());
    await this.#nativeLock.take(isGone.signal);
  }
}

function taskTimeout(timeoutMs: number): SmearwatchError {
  return new SmearwatchError('task-timeout', `a batch made no progress for ${timeoutMs} ms`);
}

function workerLost(cause: unknown): SmearwatchError {
  return new SmearwatchError('worker-lost', `an inference worker was lost: ${messageOf(cause)}`, { cause });
}
