import { sendToParent } from '../../child-process.js';
import { failureOf, SmearwatchError } from '../../errors.js';
import { evaluate } from '../evaluate.js';
import type { EvaluationPlan } from '../plan.js';
import type { FromEvaluation, ToEvaluation } from './protocol.js';

/**
 * Main module of the evaluating process, which `runEvaluation` starts at the lowest priority. It receives one
 * plan, evaluates it, and ends.
 */
const controller = new AbortController();

/** Time for saving its state once the daemon no longer waits for it. */
const ORPHAN_MS = 10_000;

// Ctrl-C reaches the whole process group; the daemon decides whether the evaluation stops.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => {
  stop('the daemon is gone');
  setTimeout(() => process.exit(1), ORPHAN_MS).unref();
});
process.on('message', (message: ToEvaluation) => {
  switch (message.type) {
    case 'start':
      void work(message.plan)
        .catch(sendFailure)
        .finally(() => process.disconnect());
      return;
    case 'stop':
      stop('the daemon stops');
      return;
    default:
      message satisfies never;
  }
});

async function work(plan: EvaluationPlan): Promise<void> {
  await evaluate(plan, {
    workerFile: new URL('../../pool/worker/worker.js', import.meta.url),
    signal: controller.signal,
    onProgress: (progress) => send({ type: 'progress', ...progress }),
  });
  send({ type: 'finished' });
}

function stop(why: string): void {
  controller.abort(new SmearwatchError('interrupted', `The evaluation was interrupted: ${why}`));
}

function send(message: FromEvaluation): void {
  sendToParent(message);
}

function sendFailure(error: unknown): void {
  send({ type: 'failed', failure: failureOf(error, 'evaluation-failed') });
}
