import type { Telemetry } from '../telemetry/telemetry.js';
import { within } from '../within.js';

interface OpenPart {
  readonly name: string;
  readonly close: () => unknown;
  readonly limitMs: number;
}

/** Time limit for closing a part that has nothing to finish. */
const PART_CLOSES_WITHIN_MS = 10_000;

/**
 * The parts of the daemon that are open. They close in the reverse order, at any moment of a start or a run:
 * exactly those that were opened. A part that fails to close or does not end in time (a share that does not
 * answer, a ledger that cannot be written) is reported and abandoned; the others are closed, and the process
 * ends.
 */
export class OpenParts {
  readonly #telemetry: Pick<Telemetry, 'stopIncomplete'>;
  readonly #parts: OpenPart[] = [];
  readonly #closing = new AbortController();
  #untilMs = Infinity;

  constructor(telemetry: Pick<Telemetry, 'stopIncomplete'>) {
    this.#telemetry = telemetry;
  }

  /** Aborted when the parts begin to close. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Adds a part that was opened. A start that was waiting for something when the stop was requested calls
   * this late: its part is closed at once.
   * @throws the reason of `closing` then, which ends the start
   */
  add(name: string, close: () => unknown, limitMs = PART_CLOSES_WITHIN_MS): void {
    const part = { name, close, limitMs };
    if (this.closing.aborted) void this.#close(part);
    else this.#parts.push(part);
    this.closing.throwIfAborted();
  }

  /** Closes all parts, the last one first, within `limitMs` in total. Never rejects. */
  async close(limitMs: number): Promise<void> {
    this.#untilMs = performance.now() + limitMs;
    this.#closing.abort();
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) await this.#close(part);
  }

  async #close({ name, close, limitMs }: OpenPart): Promise<void> {
    const allowedMs = Math.max(0, Math.min(limitMs, this.#untilMs - performance.now()));
    const telemetry = this.#telemetry;
    const closed = Promise.resolve()
      .then(close)
      .catch((error: unknown) => telemetry.stopIncomplete({ part: name, reason: 'it failed', error }));
    const reason = `it has not ended within ${Math.round(allowedMs)} ms`;
    await within(allowedMs, closed, { late: () => telemetry.stopIncomplete({ part: name, reason }) });
  }
}
