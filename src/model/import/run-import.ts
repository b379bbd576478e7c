import { fork, type ChildProcess } from 'node:child_process';
import { SmearwatchError } from '../../errors.js';
import { died, tookTooLong } from './failures.js';
import type { FromImport, ToImport } from './statement.js';

export interface RunImportOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** The compiled child; tests, which run from the sources, name the one in `dist/`. */
  readonly entry?: URL;
}

export type Imported = Omit<Extract<FromImport, { type: 'converted' }>, 'type'>;

const TIMEOUT_MS = 120_000;
/** JavaScript's part of the memory, in MB: a hostile file must not fill it all. Weights lie outside of it. */
const MAX_HEAP = 1024;

/**
 * Converts a foreign ONNX file in a process of its own, which is ended after the time limit, and writes the result to
 * `target` once it has classified an image.
 * @throws SmearwatchError `import-…`
 */
export async function runImport(
  request: ToImport,
  { timeoutMs = TIMEOUT_MS, signal, entry = new URL('./main.js', import.meta.url) }: RunImportOptions = {},
): Promise<Imported> {
  signal?.throwIfAborted();
  const child = fork(entry, { serialization: 'advanced', execArgv: [`--max-old-space-size=${MAX_HEAP}`] });
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const reply = await Promise.race([
      replyOf(child, request),
      aborted(timeout, () => tookTooLong(timeoutMs / 1000)),
      ...(signal === undefined ? [] : [aborted(signal, () => signal.reason as Error)]),
    ]);
    if (reply.type === 'failed') throw new SmearwatchError(reply.failure.message, reply.failure);
    return { foreign: reply.foreign, engine: reply.engine };
  } finally {
    child.kill('SIGKILL'); // ONNX Runtime blocks its thread: a politer signal would wait for it
  }
}

function replyOf(child: ChildProcess, request: ToImport): Promise<FromImport> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: FromImport) => resolve(message));
    child.once('error', (error) => reject(died(error.message)));
    child.once('exit', (code, signal) => reject(died(signal ?? `exit code ${code ?? ''}`)));
    child.send(request);
  });
}

/** Never resolves. */
function aborted(signal: AbortSignal, reasonOf: () => Error): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(reasonOf()), { once: true }),
  );
}
