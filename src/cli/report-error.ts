import { inspect } from 'node:util';
import { codeOf, errnoOf, messageOf, SmearwatchError } from '../errors.js';
import { printable, type Terminal } from './output.js';

export interface ReportOptions {
  readonly json: boolean;
  /** Prints the stack and all causes too. */
  readonly verbose: boolean;
}

/** Writes what failed and how to fix it to standard error. */
export function reportError({ err }: Terminal, error: unknown, { json, verbose }: ReportOptions): void {
  const hint = hintOf(error);
  if (json) {
    const detail = verbose ? { detail: inspect(error) } : {};
    err.write(
      `${JSON.stringify({ error: { code: codeOf(error), message: messageOf(error), hint, ...detail } })}\n`,
    );
    return;
  }
  err.write(`error: ${lines(messageOf(error))}\n`);
  if (hint !== undefined) err.write(`hint: ${lines(hint)}\n`);
  if (verbose) err.write(`${inspect(error)}\n`);
}

/** Hints by the operating system's error code. These errors are printed without a stack. */
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Its disk is full: make room on it.',
  EDQUOT: "This user's quota is used up: make room, or raise it.",
  EROFS: 'Its file system is read-only: mount it writable, or choose another folder.',
  EACCES: 'Give this user the permission, or choose another folder.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n 4096).',
};

function hintOf(error: unknown): string | undefined {
  if (error instanceof SmearwatchError) return error.hint;
  const known = HINTS[errnoOf(error) ?? ''];
  if (known !== undefined) return known;
  return 'This was not expected. Run the same command with --verbose, and report what it prints.';
}

/** Messages name files, whose names may hold anything; their line breaks are wanted. */
function lines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
