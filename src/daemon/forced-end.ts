import type { Telemetry } from '../telemetry/telemetry.js';

export interface ForcedEndParts {
  readonly telemetry: Pick<Telemetry, 'endForced'>;
  /** Resolves when the log is written, or cannot be within a moment. */
  readonly flush: () => Promise<void>;
}

/**
 * Ends a process that should have ended by itself. A request to a share that does not answer, or a thread
 * that native code holds, keeps Node alive, and keeps `process.exit` from returning as well; a signal ends
 * both.
 */
export class ForcedEnd {
  readonly #parts: ForcedEndParts;
  #timer: NodeJS.Timeout | undefined;
  #atMs = Infinity;
  #signal: NodeJS.Signals = 'SIGKILL';

  constructor(parts: ForcedEndParts) {
    this.#parts = parts;
  }

  /**
   * Forces the end in `limitMs`, or sooner where that was asked for already. `signal`: what asked the process
   * to stop; systemd takes an end by it for an orderly one.
   */
  within(limitMs: number, signal?: NodeJS.Signals): void {
    this.#signal = signal ?? this.#signal;
    const atMs = performance.now() + limitMs;
    if (atMs >= this.#atMs) return;
    this.#atMs = atMs;
    clearTimeout(this.#timer);
    // It must not keep a process alive that can end.
    this.#timer = setTimeout(() => void this.now(limitMs), limitMs).unref();
  }

  async now(waitedMs = 0): Promise<void> {
    const { telemetry, flush } = this.#parts;
    telemetry.endForced({ signal: this.#signal, waitedMs });
    await flush();
    process.removeAllListeners(this.#signal);
    process.kill(process.pid, this.#signal);
  }
}
