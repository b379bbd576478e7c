import { sendToParent } from '../../child-process.js';
import { failureOf, SmearwatchError } from '../../errors.js';
import { evaluate } from '../evaluate.js';
import type { EvaluationPlan } from '../plan.js';
import type { FromEvaluation, ToEvaluation } from './protocol.js';

/**
 * The evaluating process: started by `runEvaluation` at the lowest priority. It takes one plan, evaluates,
 * and ends.
 */
const controller = new AbortController();

/** How long it has to put its work away once nobody waits for it any more. */
const ORPHAN_MS = 10_000;

// Ctrl-C reaches the whole process group; what it means is for the daemon to say.
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
