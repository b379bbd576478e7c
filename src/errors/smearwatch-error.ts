import { CODES, UNEXPECTED, type ErrorCode } from './codes.js';
import type { ErrorKind, ErrorRow, Fate } from './row.js';

export interface SmearwatchErrorOptions {
  /** How to fix it, if that is more specific than the help of its code. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Every error that Smearwatch raises on purpose: a code of the table, a sentence that says what failed and
 * which file or option, and a `hint` that says how to fix it. Code decides by the table, never by the text.
 */
export class SmearwatchError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, { hint, cause }: SmearwatchErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SmearwatchError';
    this.code = code;
    this.kind = CODES[code].kind;
    this.hint = hint ?? CODES[code].help;
  }
}

/**
 * Exit codes of all commands: `usage` includes configuration errors, `incomplete` means that images failed.
 */
export const EXIT = { done: 0, failed: 1, usage: 2, incomplete: 3 } as const;

export function exitCodeOf(error: unknown): number {
  return error instanceof SmearwatchError && error.kind !== 'runtime' ? EXIT.usage : EXIT.failed;
}

/** Tests for one condition that the caller handles itself; `fateOf` decides how an image continues. */
export function hasCode(error: unknown, code: ErrorCode): error is SmearwatchError {
  return error instanceof SmearwatchError && error.code === code;
}

/** How processing of an image or a delivery continues after this failure. */
export function fateOf(error: unknown): Fate {
  return rowOf(error).fate;
}

/** Whether the whole folder of the file cannot be reached: its other files need not be tried. */
export function isFolderAway(error: unknown): boolean {
  return rowOf(error).isFolderAway;
}

function rowOf(error: unknown): ErrorRow {
  return CODES[error instanceof SmearwatchError ? error.code : UNEXPECTED];
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The fix of a failure, if it is known. */
export function hintOf(error: unknown): string | undefined {
  return error instanceof SmearwatchError ? error.hint : undefined;
}

/** The message followed by the hint. */
export function sentenceOf(error: unknown): string {
  const hint = hintOf(error);
  return hint === undefined ? messageOf(error) : `${messageOf(error)}. ${hint}`;
}

/** Node's errno name (`ENOENT`, `EACCES` …) of a file-system error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * The code of anything that was thrown: our code, otherwise Node's errno name, otherwise `unexpected-error`.
 */
export function codeOf(error: unknown): string {
  return errnoOf(error) ?? UNEXPECTED;
}
