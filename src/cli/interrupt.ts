import { SmearwatchError } from '../errors.js';

/** What can be interrupted at present. */
const running = new Set<AbortController>();

/** Interrupts everything that can be, as Ctrl-C does. @returns false when nothing can */
export function interruptAll(reason: SmearwatchError): boolean {
  for (const controller of running) controller.abort(reason);
  return running.size > 0;
}

/**
 * Runs `work` with a signal that fires at the first Ctrl-C or SIGTERM, so that what was begun can be finished
 * or put away. A second one ends the process at once, as it would without this.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals): void => {
    remove();
    controller.abort(new SmearwatchError('interrupted', `Interrupted by ${name}`));
  };
  const remove = (): void => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  running.add(controller);
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  try {
    return await work(controller.signal);
  } finally {
    running.delete(controller);
    remove();
  }
}
