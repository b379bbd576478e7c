import { codeOf } from '../errors.js';
import type { Logger } from './log.js';
import { seconds, type MetricFactory } from './metrics.js';

/** Parts that events about a lasting condition use. */
export interface EventParts {
  readonly logger: Logger;
  readonly metrics: MetricFactory;
  readonly conditions: Conditions;
}

/** One failure of an operation that is repeated. */
export interface ConditionFailure {
  readonly level: 'info' | 'warn' | 'error';
  readonly error?: unknown;
  readonly message: string;
  /** Further fields of the log line. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

interface Lasting {
  readonly sinceMs: number;
  readonly codes: Set<string>;
  failures: number;
}

/**
 * Logs a condition that lasts (a missing folder, a full disk) when it begins, when it fails for another
 * reason, and when it ends. Everything in between is logged at debug level: a line for each attempt would
 * hide all others.
 */
export class Conditions {
  readonly #logger: Logger;
  readonly #lasting = new Map<string, Lasting>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Reports a failure. Reasons are distinguished by the error's code, since messages contain figures that
   * change.
   */
  failed(condition: string, { level, error, message, fields }: ConditionFailure): void {
    const lasting = this.#lasting.get(condition) ?? {
      sinceMs: performance.now(),
      codes: new Set<string>(),
      failures: 0,
    };
    this.#lasting.set(condition, lasting);
    const code = codeOf(error);
    const isNew = !lasting.codes.has(code);
    lasting.codes.add(code);
    lasting.failures += 1;
    this.#logger[isNew ? level : 'debug']({ ...fields, ...(error !== undefined && { err: error }) }, message);
  }

  /** Reports the end of a condition. Does nothing, at no cost, when the condition has not failed. */
  ended(condition: string, message: string, fields?: Readonly<Record<string, unknown>>): void {
    const lasting = this.#lasting.get(condition);
    if (!lasting) return;
    this.#lasting.delete(condition);
    const { sinceMs, failures } = lasting;
    const failedSeconds = Math.round(seconds(performance.now() - sinceMs));
    this.#logger.info({ ...fields, failures, failedSeconds }, message);
  }
}
