import { fork, type ChildProcess } from 'node:child_process';
import { describeEnd, lowerPriority, sendToChild } from '../child-process.js';
import { errorOf, SmearwatchError } from '../errors.js';
import { trainingEnvironment } from '../model/tensorflow/environment.js';
import { passOnErrors } from './child-errors.js';
import type { TrainingPlan } from './options.js';
import type { FromTraining, ToTraining, TrainingResult } from './protocol.js';

export interface TrainingRunOptions {
  /** Stops after the current iteration; the promise then rejects with `training-stopped`. */
  readonly signal?: AbortSignal;
  readonly onMessage?: (message: FromTraining) => void;
  /** The compiled child; tests, which run from the sources, name the one in `dist/`. */
  readonly entry?: URL;
  /** Receives the child's standard error; by default this process's. */
  readonly stderr?: NodeJS.WritableStream;
}

/** A lower priority than a running daemon's, which is 0: training uses the cores that are left. */
const PRIORITY = 10;

/**
 * Trains in a separate process, which has the environment that TensorFlow needs and frees the memory when it
 * ends.
 * @throws SmearwatchError what the training failed with, `training-stopped`, or `training-died`
 */
export async function runTraining(
  plan: TrainingPlan,
  {
    signal,
    onMessage,
    entry = new URL('./main.js', import.meta.url),
    stderr = process.stderr,
  }: TrainingRunOptions = {},
): Promise<TrainingResult> {
  signal?.throwIfAborted();
  const child = fork(entry, {
    env: environmentOf(plan),
    serialization: 'advanced',
    stdio: ['inherit', 'inherit', 'pipe', 'ipc'],
  });
  if (child.stderr !== null) passOnErrors(child.stderr, stderr);
  lowerPriority(child, PRIORITY);
  const send = (message: ToTraining): void => sendToChild(child, message);
  const stop = (): void => send({ type: 'stop' });
  signal?.addEventListener('abort', stop);
  try {
    send({ type: 'start', plan });
    return await outcomeOf(child, plan, onMessage);
  } finally {
    signal?.removeEventListener('abort', stop);
    child.kill(); // ensures that no training continues in the background after an error
  }
}

function environmentOf({ threads, precision }: TrainingPlan): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...trainingEnvironment({ threads }),
    ONEDNN_DEFAULT_FPMATH_MODE: precision === 'bfloat16' ? 'BF16' : 'STRICT',
  };
}

function outcomeOf(
  child: ChildProcess,
  plan: TrainingPlan,
  onMessage: TrainingRunOptions['onMessage'],
): Promise<TrainingResult> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromTraining) => {
      onMessage?.(message);
      if (message.type === 'finished') resolve(message.result);
      else if (message.type === 'failed') reject(errorOf(message.failure));
      else if (message.type === 'stopped') reject(stopped(plan, message.finishedEpochs));
    });
    child.once('error', (cause) => reject(died(plan, 'it could not be started', cause)));
    // `close` comes after the end of its standard error, which may say why.
    child.once('close', (code, signal) => reject(died(plan, describeEnd(code, signal))));
  });
}

function stopped({ runDir }: TrainingPlan, finishedEpochs: number): SmearwatchError {
  return new SmearwatchError(
    'training-stopped',
    `Training was stopped after ${finishedEpochs} finished epochs.`,
    {
      hint:
        finishedEpochs > 0
          ? `Continue with --resume and the run folder ${runDir}.`
          : 'Nothing was finished: start it again.',
    },
  );
}

function died({ runDir }: TrainingPlan, how: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError('training-died', `The training process ended unexpectedly (${how}).`, {
    hint: `Most often memory ran out: AlexNet needs about 3 GB. Finished epochs are in ${runDir}; continue with --resume.`,
    cause,
  });
}
