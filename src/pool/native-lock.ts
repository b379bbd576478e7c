import { setTimeout as delay } from 'node:timers/promises';

/**
 * `free`: no native call is in progress. `held`: one is. `last`: one is, and no other may begin. `taken`: the
 * thread may be ended.
 */
const STATES = { free: 0, held: 1, last: 2, taken: 3 } as const;
const LOOK_EVERY_MS = 10;

/**
 * Held by a worker thread while it calls native code, and taken permanently by the thread that ends it.
 *
 * An addon that is built on node-addon-api aborts the whole process if its thread is ended during a call: the
 * exception about it cannot be thrown into that thread any more (nodejs/node-addon-api#975). That applies to
 * ONNX Runtime and SQLite; JavaScript and WebAssembly may be ended anywhere, and sharp computes on its own
 * threads.
 */
export class NativeLock {
  /** Memory to be shared with the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** Makes a lock that is held already: a thread loads native code before it can report that. */
  static forNewThread(): NativeLock {
    const lock = new NativeLock(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    Atomics.store(lock.#state, 0, STATES.held);
    return lock;
  }

  static of(memory: SharedArrayBuffer): NativeLock {
    return new NativeLock(memory);
  }

  /** Takes the lock; waits here without end if the thread is about to be ended. */
  hold(): void {
    const before = Atomics.compareExchange(this.#state, 0, STATES.free, STATES.held);
    if (before !== STATES.free) Atomics.wait(this.#state, 0, before);
  }

  release(): void {
    const before = Atomics.compareExchange(this.#state, 0, STATES.held, STATES.free);
    if (before === STATES.last) Atomics.store(this.#state, 0, STATES.taken);
  }

  /** Holds the lock during one call. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    this.hold();
    try {
      return await call();
    } finally {
      this.release();
    }
  }

  /** Resolves when the thread is in no native call and cannot begin another one, or at the signal. */
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
