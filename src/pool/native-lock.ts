import { setTimeout as delay } from 'node:timers/promises';

/** No native call is under way; one is; one is, and it is the last; whoever ends the thread may do so. */
const STATES = { free: 0, held: 1, last: 2, taken: 3 } as const;
const LOOK_EVERY_MS = 10;

/**
 * Held by a worker thread while it calls native code, and taken for good by whoever ends the thread.
 *
 * An addon that is built on node-addon-api aborts the whole process when its thread was ended beneath it: the
 * exception that says so cannot be thrown into that thread any more (nodejs/node-addon-api#975). That holds
 * for ONNX Runtime and SQLite; JavaScript and WebAssembly may be ended anywhere, and sharp computes on
 * threads of its own.
 */
export class NativeLock {
  /** To be shared with the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** Held already: a thread loads native code before it can say so. */
  static forNewThread(): NativeLock {
    const lock = new NativeLock(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    Atomics.store(lock.#state, 0, STATES.held);
    return lock;
  }

  static of(memory: SharedArrayBuffer): NativeLock {
    return new NativeLock(memory);
  }

  /** Stays here when the thread is to end. */
  hold(): void {
    const before = Atomics.compareExchange(this.#state, 0, STATES.free, STATES.held);
    if (before !== STATES.free) Atomics.wait(this.#state, 0, before);
  }

  release(): void {
    const before = Atomics.compareExchange(this.#state, 0, STATES.held, STATES.free);
    if (before === STATES.last) Atomics.store(this.#state, 0, STATES.taken);
  }

  /** Holds it during one call. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    this.hold();
    try {
      return await call();
    } finally {
      this.release();
    }
  }

  /** Resolves when the thread is in no native call, and cannot begin one any more; or at the signal. */
  async take(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#tryTake()) {
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #tryTake(): boolean {
    const before = Atomics.compareExchange(this.#state, 0, STATES.free, STATES.taken);
    if (before === STATES.held) Atomics.compareExchange(this.#state, 0, STATES.held, STATES.last);
    return before === STATES.free || before === STATES.taken;
  }
}
