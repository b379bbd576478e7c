import { spawn } from 'node:child_process';
import type { Environment } from './paths.js';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Environment;
  /** Aborting kills the command and every process that it started. */
  readonly signal?: AbortSignal | undefined;
}

/** Number of last lines kept: the end of a failed build explains it, and its beginning is banners. */
const TAIL_LINES = 15;
const KEPT_CHARACTERS = 64 * 1024;

/** A command that could not be started, or that ended with an exit code other than 0. */
export class CommandError extends Error {
  constructor(command: string, ending: string, output: string) {
    const tail = output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    super(`"${command}" ${ending}.${tail === '' ? '' : `\n${tail}`}`);
    this.name = 'CommandError';
  }
}

/**
 * Runs a program with an array of arguments, never a shell, and returns its output. It throws CommandError
 * with the last lines of the output, or the signal's reason when aborted.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { cwd, env = process.env, signal } = options;
  signal?.throwIfAborted();
  // In a process group of its own: npm starts node, node make, and make the compiler; ending npm alone leaves
  // those running.
  const child = spawn(file, args, {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const kill = (): void => killGroup(child.pid);
  signal?.addEventListener('abort', kill);
  let output = '';
  const keep = (chunk: string): void => {
    output = (output + chunk).slice(-KEPT_CHARACTERS);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  try {
    const ending = await new Promise<string | undefined>((resolve) => {
      child.on('error', (error) => resolve(`could not be started (${error.message})`));
      child.on('close', (code, by) => resolve(code === 0 ? undefined : endingOf(code, by)));
    });
    signal?.throwIfAborted();
    if (ending !== undefined) throw new CommandError(`${file} ${args.join(' ')}`, ending, output);
    return output;
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

function endingOf(code: number | null, by: NodeJS.Signals | null): string {
  return code === null ? `was ended by ${by ?? 'a signal'}` : `ended with exit code ${code}`;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The process ended by itself between the abort and this line.
  }
}
