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
 * A worker's JavaScript handles replies and little else; tensors and models lie outside its heap. A heap that
 * grows beyond this ends its thread, long before the computer runs out of memory.
 */
const HEAP_MB = 512;
/**
 * Of which for what was just made. Replies die young: more room costs memory that grows for an hour, and
 * saves nothing (the same processor time per image with 6, 12 and the default 48).
 */
const YOUNG_HEAP_MB = 12;
/** Requests that a thread has at once: the second one waits in it, see `worker.ts`. */
export const REQUESTS_AT_ONCE = 2;
/** How often a worker's progress is looked at, as a share of the time that it may stand still. */
const LOOKS_PER_LIMIT = 4;
/** JavaScript ends at once when told to; native code is waited for. */
const ENDS_WITHIN_MS = 10_000;

/** A request was in a thread that was lost before it began: nothing speaks against another thread. */
export class NotBegun extends Error {}

/**
 * One thread, once: a piscina of one, because a larger one stops refilling itself after a failure while a
 * worker starts, lets a request's time run while it waits, and does not say which thread was lost. Whoever
 * has lost a thread makes another one.
 */
export class WorkerThread {
  /**
   * Resolves with the reason when the thread is gone, also where piscina would let a request wait for ever.
   */
  readonly gone: Promise<unknown>;
  readonly #piscina: Piscina<ClassifyRequest, WorkerReply>;
  readonly #progress = WorkerProgress.forNewThread();
  readonly #nativeLock = NativeLock.forNewThread();
  /** Of the requests that it has. */
  readonly #failing = new Set<(error: unknown) => void>();
  #sent = 0;

  constructor({ workerFile, setup }: ThreadOptions) {
    disableOrtTelemetry();
    this.#piscina = new Piscina<ClassifyRequest, WorkerReply>({
      filename: workerFile.href,
      // Started by the first request, and not again by piscina.
      minThreads: 0,
      maxThreads: 1,
      concurrentTasksPerWorker: REQUESTS_AT_ONCE,
      idleTimeout: Infinity,
      // Its two histograms take 0.75 MiB that the garbage collector does not know of: they grew with every
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
      // The request's own failure, which has the reason, comes in the same turn.
      this.#piscina.on('workerDestroy', () => setImmediate(() => resolve(new Error('its thread has ended'))));
    });
    void this.gone.then((cause) => this.#failAll(workerLost(cause)));
  }

  /**
   * Has one request answered; the thread is of no use after a failure, and what else it has fails as well.
   * `timeoutMs`: how long it may stand still.
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
      // Not a race: one with a promise that lives as long as the thread would keep every reply as long.
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
   * Ends the thread that `run` has started, in the middle of whatever JavaScript it runs. Resolves when it
   * has ended, or after some seconds when native code holds it: `whenEnded` then resolves once that returns,
   * if ever.
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
  return new SmearwatchError('task-timeout', `a batch stood still for ${timeoutMs} ms`);
}

function workerLost(cause: unknown): SmearwatchError {
  return new SmearwatchError('worker-lost', `an inference worker was lost: ${messageOf(cause)}`, { cause });
}
