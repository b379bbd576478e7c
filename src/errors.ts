/**
 * Every error that Smearwatch raises on purpose: a stable `code` for programs, a sentence that says what failed
 * and which file or option, and a `hint` that says how to mend it. The process's exit code follows from `kind`.
 */
export type ErrorKind = 'usage' | 'configuration' | 'runtime';

export interface SmearwatchErrorOptions {
  /** Stable, kebab-case, documented: programs may rely on it. */
  readonly code: string;
  readonly kind?: ErrorKind;
  /** How to mend it, as a sentence for the person who reads it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class SmearwatchError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;

  constructor(message: string, { code, kind = 'runtime', hint, cause }: SmearwatchErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SmearwatchError';
    this.code = code;
    this.kind = kind;
    this.hint = hint;
  }
}

/** Exit codes of every command: done, failed, wrong usage or configuration, done but some images were not classified. */
export const EXIT = { done: 0, failed: 1, usage: 2, incomplete: 3 } as const;

export function exitCodeOf(error: unknown): number {
  return error instanceof SmearwatchError && error.kind !== 'runtime' ? EXIT.usage : EXIT.failed;
}

/** The sentence of anything that was thrown, for logs and for messages across threads. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Node's errno name (`ENOENT`, `EACCES` …) of a file-system error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** An error as plain data: between threads, errors lose their class and code. */
export interface Failure {
  /** A SmearwatchError's, or Node's errno name. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export function failureOf(error: unknown): Failure {
  const hint = error instanceof SmearwatchError ? error.hint : undefined;
  return {
    code: errnoOf(error) ?? 'unexpected-error',
    message: messageOf(error),
    ...(hint !== undefined && { hint }),
  };
}

export function errorOf({ code, message, hint }: Failure): SmearwatchError {
  return new SmearwatchError(message, { code, ...(hint !== undefined && { hint }) });
}
