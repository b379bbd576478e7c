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
/** JavaScript's part of the memory, in MB: a hostile file must not fill it all. Weights lie outside of it. */
const MAX_HEAP = 1024;

/**
 * Converts a foreign file in a process of its own, which is ended after the time limit, and writes the result
 * to `folder`; when this returns, it has classified images.
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
    // What engines print of this processor is no news to who imports; it is wanted only when the process
    // dies.
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
    child.kill('SIGKILL'); // the engines block their thread: a politer signal would wait for it
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

/** Never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}
