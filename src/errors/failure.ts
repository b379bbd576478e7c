import { isErrorCode, type ErrorCode } from './codes.js';
import { codeOf, messageOf, SmearwatchError } from './smearwatch-error.js';

/** An error as plain data: between threads and between processes, errors lose their class and code. */
export interface Failure {
  /** A code of the table, or Node's errno name. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Converts an error to plain data.
 * @param otherwise the code of anything that is not a SmearwatchError; without it, its errno name is kept
 */
export function failureOf(error: unknown, otherwise?: ErrorCode): Failure {
  const message = messageOf(error);
  if (error instanceof SmearwatchError) return { code: error.code, message, hint: error.hint };
  return { code: otherwise ?? codeOf(error), message };
}

/** Converts plain data back to an error with the original class and code. */
export function errorOf({ code, message, hint }: Failure): Error {
  if (isErrorCode(code)) return new SmearwatchError(code, message, { hint });
  return Object.assign(new Error(message), { code });
}
