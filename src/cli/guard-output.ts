import type { Writable } from 'node:stream';
import { errnoOf, EXIT, messageOf, SmearwatchError } from '../errors.js';
import { interruptAll } from './interrupt.js';
import { reportError } from './report-error.js';

export interface GuardedProcess {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly argv: readonly string[];
  readonly exit: (code: number) => void;
}

/** Work that was asked to end has so long to put away what it has begun. */
const PUT_AWAY_WITHIN_MS = 10_000;

/**
 * Deals with a standard output that cannot be written, for every command. A reader that has closed the pipe
 * (`results | head`) has what it wanted: the command ends quietly with exit code 0. Anything else (a full
 * disk) is one line on standard error and exit code 1. A standard error that cannot be written changes
 * nothing: there is nowhere to say so.
 * @returns the exit code that the process ends with instead of the command's own, once output has failed
 */
export function guardOutput(guarded: GuardedProcess): { readonly exitCode: number | undefined } {
  const outcome: { exitCode: number | undefined } = { exitCode: undefined };
  guarded.stderr.on('error', () => undefined);
  guarded.stdout.on('error', (error: unknown) => {
    if (outcome.exitCode !== undefined) return;
    const isClosed = errnoOf(error) === 'EPIPE';
    outcome.exitCode = isClosed ? EXIT.done : EXIT.failed;
    if (!isClosed) report(guarded, error);
    end(guarded, outcome.exitCode);
  });
  return outcome;
}

function report({ stdout, stderr, argv }: GuardedProcess, error: unknown): void {
  const failure = new SmearwatchError(
    'output-unwritable',
    `Standard output cannot be written: ${messageOf(error)}`,
    { cause: error },
  );
  reportError({ out: stdout, err: stderr }, failure, { json: argv.includes('--json'), verbose: false });
}

/**
 * Threads in native code abort when the process exits beneath them, so that work that can be interrupted ends
 * by itself.
 */
function end({ exit }: GuardedProcess, exitCode: number): void {
  if (!interruptAll(new SmearwatchError('interrupted', 'Its output is not read any more'))) exit(exitCode);
  else setTimeout(() => exit(exitCode), PUT_AWAY_WITHIN_MS).unref();
}
