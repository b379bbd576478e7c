import type { Telemetry } from '../telemetry/telemetry.js';
import { within } from '../within.js';

export interface StopStepsOptions {
  /** For all steps together. */
  readonly limitMs: number;
  readonly telemetry: Pick<Telemetry, 'stopIncomplete'>;
}

/**
 * Stops the parts of the daemon one after the other. A part that fails, or that does not end in time (a share that does not
 * answer, a ledger that cannot be written), is reported and left behind: the others are closed all the same, and the process ends.
 */
export class StopSteps {
  readonly #telemetry: StopStepsOptions['telemetry'];
  readonly #untilMs: number;

  constructor({ limitMs, telemetry }: StopStepsOptions) {
    this.#telemetry = telemetry;
    this.#untilMs = performance.now() + limitMs;
  }

  /** What `work` gives, or undefined when it failed or has not ended after `limitMs`. Never rejects. */
  async run<T>(part: string, work: () => T | Promise<T>, limitMs = Infinity): Promise<T | undefined> {
    const allowedMs = Math.max(0, Math.min(limitMs, this.#untilMs - performance.now()));
    const reason = `it has not ended within ${Math.round(allowedMs)} ms`;
    const late = (): undefined => {
      this.#telemetry.stopIncomplete({ part, reason });
    };
    return within(allowedMs, this.#attempt(part, work), { late });
  }

  async #attempt<T>(part: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#telemetry.stopIncomplete({ part, reason: 'it failed', error });
      return undefined;
    }
  }
}
