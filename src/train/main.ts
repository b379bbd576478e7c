import { mkdir } from 'node:fs/promises';
import { sendToParent } from '../child-process.js';
import { failureOf } from '../errors.js';
import { configureDecoding } from '../decode/decode-image.js';
import { buildNetwork } from '../model/networks/architectures.js';
import { countParameters } from '../model/networks/network.js';
import { loadTensorflow } from '../model/tensorflow/load.js';
import { exportModel } from './export-model.js';
import type { TrainingPlan } from './options.js';
import { countSplit, prepareData } from './prepare.js';
import type { FromTraining, ToTraining } from './protocol.js';
import { Trainer } from './trainer.js';

/**
 * Main module of the training process: `runTraining` starts it with an environment that TensorFlow and glibc
 * read before any JavaScript runs. It takes one plan, trains, exports, and ends.
 */
let isStopping = false;

// Ctrl-C reaches the whole process group; the parent decides whether the training stops.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => (isStopping = true)); // the parent has ended: stop after this iteration
process.on('message', (message: ToTraining) => {
  switch (message.type) {
    case 'start':
      void train(message.plan)
        .catch(sendFailure)
        .finally(() => process.disconnect());
      return;
    case 'stop':
      isStopping = true;
      return;
    default:
      message satisfies never;
  }
});

async function train(plan: TrainingPlan): Promise<void> {
  configureDecoding();
  await mkdir(plan.runDir, { recursive: true });
  const network = buildNetwork(plan.network);
  const prepared = await prepareData(plan, network, (done, total) => send({ type: 'decoding', done, total }));
  const tf = await loadTensorflow();
  const trainer = new Trainer(tf, network, plan, prepared.split);
  if (plan.resume) await trainer.resume();
  send({
    type: 'prepared',
    classes: prepared.data.classes,
    counts: countSplit(prepared.split, network.classes),
    leftOut: prepared.data.leftOut,
    parameters: countParameters(network),
    iterations: trainer.iterations,
    finishedEpochs: trainer.finishedEpochs,
  });
  const trained = await trainer.run({
    onProgress: (progress) => send({ type: 'progress', ...progress }),
    onEpoch: (record, isBest) => send({ type: 'epoch', record, isBest }),
    shouldStop: () => isStopping,
  });
  if (trained === undefined) {
    send({ type: 'stopped', finishedEpochs: trainer.finishedEpochs });
    return;
  }
  trainer.dispose();
  const { name, version, folder } = await exportModel(
    plan,
    network,
    prepared,
    trained,
    tf.version['tfjs-core'],
  );
  const { figures, confusion } = trained.test;
  send({
    type: 'finished',
    result: {
      name,
      version,
      folder,
      epoch: trained.epoch,
      shareRight: figures.shareRight,
      accuracy: figures.accuracy,
      confusion,
    },
  });
}

function send(message: FromTraining): void {
  sendToParent(message);
}

function sendFailure(error: unknown): void {
  send({ type: 'failed', failure: failureOf(error, 'training-failed') });
}
