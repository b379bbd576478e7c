/**
 * Hints that wait to be looked into: each path once, however often it was named, and never more than a limit.
 * A file that is being written gives an event per write, so that without this each would cost a look.
 */
export class PathQueue {
  #waiting = new Set<string>();
  #inWork: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /**
   * @param options.handle must not throw.
   * @param options.pauseMs returns the pause after a round from the round's duration, so that hints never
   *   take all of the CPU.
   * @param options.overflowed a hint had no room: only reading everything again will find what it was about.
   */
  constructor(
    private readonly options: {
      handle: (paths: string[]) => Promise<void>;
      pauseMs: (tookMs: number) => number;
      overflowed: () => void;
      idle: () => void;
      limit?: number;
    },
  ) {}

  add(path: string): void {
    if (this.#isStopped || this.#waiting.has(path)) return;
    if (this.#waiting.size >= (this.options.limit ?? 10_000)) {
      this.options.overflowed();
      return;
    }
    this.#waiting.add(path);
    this.#schedule(0);
  }

  has(path: string): boolean {
    return this.#waiting.has(path) || this.#inWork.has(path);
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#inWork.size === 0;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #schedule(afterMs: number): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => void this.#round(), afterMs);
  }

  async #round(): Promise<void> {
    const startMs = performance.now();
    this.#inWork = this.#waiting;
    this.#waiting = new Set();
    await this.options.handle([...this.#inWork]);
    this.#inWork = new Set();
    this.#timer = undefined;
    if (this.#waiting.size > 0) this.#schedule(this.options.pauseMs(performance.now() - startMs));
    else this.options.idle();
  }
}
