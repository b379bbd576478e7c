import { fork, type ChildProcess } from 'node:child_process';
import { describeEnd, lastWords } from '../../child-process.js';
import { errorOf } from '../../errors.js';
import { within } from '../../within.js';
import { died, tookTooLong } from './failures.js';
import type { FromImport, Imported, ToImport } from './statement.js';

export interface RunImportOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** The compiled child; tests, which run from the sources, name the one in `dist/`. */
  readonly entry?: URL;
}

const TIMEOUT_MS = 120_000;
/**
 * Limit of JavaScript's heap, in MB: a hostile file must not fill the memory. Weights are outside of the
 * heap.
 */
const MAX_HEAP = 1024;

/**
 * Converts a foreign file in a separate process, which is ended after the time limit, and writes the result
 * to `folder`. When this returns, the model has classified images.
 * @throws SmearwatchError `import-…`
 */
export async function runImport(
  request: ToImport,
  { timeoutMs = TIMEOUT_MS, signal, entry = new URL('./main.js', import.meta.url) }: RunImportOptions = {},
): Promise<Imported> {
  signal?.throwIfAborted();
  const child = fork(entry, {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${MAX_HEAP}`],
    // Engines print notes about the processor, which matter only when the process dies.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const late = (): never => {
    throw tookTooLong(timeoutMs / 1000);
  };
  try {
    const waiting = [replyOf(child, request), ...(signal === undefined ? [] : [aborted(signal)])];
    const reply = await within(timeoutMs, Promise.race(waiting), { late });
    if (reply.type === 'failed') throw errorOf(reply.failure);
    return reply.imported;
  } finally {
    child.kill('SIGKILL'); // the engines block their thread: it would not handle a milder signal
  }
}

function replyOf(child: ChildProcess, request: ToImport): Promise<FromImport> {
  const printed = lastWords(child);
  return new Promise((resolve, reject) => {
    child.once('message', (message: FromImport) => resolve(message));
    child.once('error', (error) => reject(died(error.message, printed())));
    child.once('close', (code, signal) => reject(died(describeEnd(code, signal), printed())));
    child.send(request);
  });
}

/** A promise that rejects on abort and never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}
