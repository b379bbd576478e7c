import type { ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';

/** Characters of a child's standard error that may say why it died. */
const MOST_WORDS = 4000;

/** Gives a child less of the processors than this process has; before it makes threads, which inherit it. */
export function lowerPriority({ pid }: ChildProcess, priority: number): void {
  try {
    if (pid !== undefined) setPriority(pid, priority);
  } catch {
    // Ignored: the child has ended, which its `close` event reports, or the system does not permit the change
    // and the child keeps its normal priority.
  }
}

/** Collects the end of what a child writes to its standard error. */
export function lastWords({ stderr }: ChildProcess): () => string {
  let text = '';
  stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = `${text}${chunk}`.slice(-MOST_WORDS);
  });
  return () => text.trim();
}

/** How a process ended, from the values of its `close` event. */
export function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code ?? ''}` : `by ${signal}`;
}

/** Sends a message to a child, unless it has ended: its `close` event says so. */
export function sendToChild(child: ChildProcess, message: object): void {
  if (child.connected) child.send(message, () => undefined);
}

/** Sends a message to the process that started this one, unless that has ended. */
export function sendToParent(message: object): void {
  if (process.connected) process.send?.(message);
}
