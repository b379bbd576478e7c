import { fork, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { describeEnd, lastWords, lowerPriority, sendToChild } from '../../child-process.js';
import { errorOf, SmearwatchError } from '../../errors.js';
import type { EvaluationPlan, EvaluationProgress } from '../plan.js';
import type { FromEvaluation, ToEvaluation } from './protocol.js';

export interface EvaluationRunOptions {
  readonly signal: AbortSignal;
  /** Threads that decode and classify. */
  readonly threads: number;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** The compiled child; tests, which run from the sources, name the one in `dist/`. */
  readonly entry?: URL;
}

/**
 * Time after which a child that was asked to stop is killed, which its ledger survives. A busy computer
 * hardly runs such a low priority, and the daemon's end must not wait for it.
 */
const STOP_TIMEOUT_MS = 5000;

/**
 * Evaluates in a separate process at the lowest priority: the operating system then prefers live images, and
 * the process's end frees its memory. The results are in the plan's `outDir`.
 * @throws SmearwatchError what the evaluation failed with; `interrupted`; `evaluation-died`
 */
export async function runEvaluation(
  plan: EvaluationPlan,
  { signal, threads, onProgress, entry = new URL('./main.js', import.meta.url) }: EvaluationRunOptions,
): Promise<void> {
  signal.throwIfAborted();
  const child = fork(entry, {
    // libuv reads the number of threads at their first use. One more than decode, because files are read on
    // them too.
    env: { ...process.env, UV_THREADPOOL_SIZE: String(threads + 1) },
    // The daemon's standard output is its log.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // Before the child makes a thread: threads inherit the priority of their maker.
  lowerPriority(child, constants.priority.PRIORITY_LOW);
  offerToMemoryKiller(child);
  const said = lastWords(child);
  let killTimer: NodeJS.Timeout | undefined;
  const send = (message: ToEvaluation): void => sendToChild(child, message);
  const stop = (): void => {
    send({ type: 'stop' });
    killTimer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  };
  signal.addEventListener('abort', stop);
  try {
    send({ type: 'start', plan });
    await outcomeOf(child, said, onProgress);
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(killTimer);
    child.kill('SIGKILL'); // ensures that no evaluation continues in the background after an error
  }
}

/**
 * Makes Linux end this process first when memory runs out: an evaluation can be repeated, and the daemon must
 * survive.
 */
function offerToMemoryKiller({ pid }: ChildProcess): void {
  if (process.platform !== 'linux' || pid === undefined) return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '900');
  } catch {
    // The child has ended, or this container has no such file: the setting is optional.
  }
}

/** Settles when the process has ended and no longer writes to its files. */
function outcomeOf(
  child: ChildProcess,
  said: () => string,
  onProgress: EvaluationRunOptions['onProgress'],
): Promise<void> {
  let outcome: Exclude<FromEvaluation, { type: 'progress' }> | undefined;
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromEvaluation) => {
      if (message.type === 'progress') onProgress?.(message);
      else outcome = message;
    });
    child.once('error', (cause) => reject(died('it could not be started', said(), cause)));
    child.once('close', (code, signal) => {
      if (outcome?.type === 'finished') resolve();
      else if (outcome) reject(errorOf(outcome.failure));
      else reject(died(describeEnd(code, signal), said()));
    });
  });
}

function died(how: string, said: string, cause?: unknown): SmearwatchError {
  const words = said === '' ? '' : `: ${said}`;
  return new SmearwatchError(
    'evaluation-died',
    `The evaluating process ended unexpectedly (${how})${words}`,
    { cause },
  );
}
