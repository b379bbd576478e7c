import type { Telemetry } from '../telemetry/telemetry.js';

export interface ForcedEndParts {
  readonly telemetry: Pick<Telemetry, 'endForced'>;
  /** Resolves when the log is written, or shortly after if it cannot be. */
  readonly flush: () => Promise<void>;
}

/**
 * Ends a process that has not ended by itself. A request to a share that does not answer, or a thread held by
 * native code, keeps Node alive and keeps `process.exit` from returning; a signal ends both.
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
   * Forces the end in `limitMs`, or sooner if an earlier end was requested before. `signal` is the signal
   * that asked the process to stop: systemd regards an end by it as orderly.
   */
  within(limitMs: number, signal?: NodeJS.Signals): void {
    this.#signal = signal ?? this.#signal;
    const atMs = performance.now() + limitMs;
    if (atMs >= this.#atMs) return;
    this.#atMs = atMs;
    clearTimeout(this.#timer);
    // The timer must not keep a process alive that could end.
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
