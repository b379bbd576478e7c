import { SmearwatchError } from '../errors.js';

/**
 * Runs `work` with a signal that fires at the first Ctrl-C or SIGTERM, so that what was begun can be finished or put
 * away. A second one ends the process at once, as it would without this.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals): void => {
    remove();
    controller.abort(new SmearwatchError(`Interrupted by ${name}`, { code: 'interrupted' }));
  };
  const remove = (): void => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  try {
    return await work(controller.signal);
  } finally {
    remove();
  }
}
