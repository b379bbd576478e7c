import { join } from 'node:path';
import { availableCores } from '../../available-cores.js';
import { hasCode } from '../../errors.js';
import type { SeenFile } from '../../files/seen-file.js';
import { Ledger, ledgerFile } from '../../ledger/ledger.js';
import { materialiseModels } from '../../model/registry/in-use.js';
import { InferencePool } from '../../pool/inference-pool.js';
import { evaluationInUse, evaluationTooOld, workersLost } from '../failures.js';
import type { Metrics } from '../metrics.js';
import type { EvaluationOptions } from '../plan.js';
import { Flow, SOURCE, type EvaluationWork } from './flow.js';
import { LEDGER_FOLDER } from './out-folder.js';

/** Images per second; images that an earlier, interrupted run has classified do not count. */
export type EvaluationThroughput = Readonly<Metrics['throughput']>;

const ENQUEUE_AT_ONCE = 5000;

/**
 * Opens the ledger of an evaluation and locks it. @throws SmearwatchError `evaluation-in-use`,
 * `evaluation-too-old`
 */
export function openLedger(outDir: string): Ledger {
  try {
    return Ledger.own(join(outDir, LEDGER_FOLDER), () => []);
  } catch (error) {
    if (hasCode(error, 'ledger-in-use')) throw evaluationInUse(outDir, error);
    throw hasCode(error, 'ledger-too-old') ? evaluationTooOld(outDir, error) : error;
  }
}

/**
 * Classifies every image as the daemon does, with the labelled folder as the scanner and without delivery:
 * the queue in the ledger, the pipeline, the pool. It ends when every image has a result or is in quarantine,
 * including those of earlier runs.
 * @throws SmearwatchError `evaluation-stuck`, `evaluation-ledger-unwritable`, `evaluation-workers-lost`,
 *   those of the models; the signal's reason
 */
export async function classifyAll(
  ledger: Ledger,
  work: EvaluationWork,
  { workerFile, signal, onProgress }: EvaluationOptions,
): Promise<EvaluationThroughput> {
  const total = work.images.length;
  const pending = enqueue(ledger, work.images);
  onProgress?.({ stage: 'classifying', done: total - pending, total });
  if (pending === 0) return { images: 0, seconds: 0, imagesPerSecond: null, workers: 0 };
  const { models, config } = work;
  const batches = Math.ceil(pending / config.pipeline.batchSize);
  // Loading AlexNet takes longer than classifying some images, so there is at most one worker per batch.
  const workers = Math.min(config.pool.workers ?? availableCores(), batches);
  const lost = new AbortController();
  const pool = await InferencePool.start({
    workerFile,
    workers,
    models: await materialiseModels(config.models, models),
    ledgerFile: ledgerFile(join(work.outDir, LEDGER_FOLDER)),
    taskTimeoutMs: config.pool.taskTimeoutMs,
    kernels: config.pool.kernels,
    // A daemon continues to replace them. An evaluation can be started again.
    onWorkerMissing: (error) => {
      if (pool.workers.alive === 0) lost.abort(workersLost(error));
    },
  });
  try {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const flow = new Flow({ ledger, pool, work, pending });
    const onEnded = (left: number): void => onProgress?.({ stage: 'classifying', done: total - left, total });
    const images = await flow.run(onEnded, AbortSignal.any([signal, lost.signal]));
    const seconds = (performance.now() - startedAt) / 1000;
    return { images, seconds, imagesPerSecond: images > 0 ? images / seconds : null, workers };
  } finally {
    await pool.destroy();
  }
}

/**
 * Queues images that are not in the ledger yet, and those that were in flight when an earlier run died.
 * Returns the length of the queue.
 */
function enqueue(ledger: Ledger, images: readonly SeenFile[]): number {
  ledger.suspects.blame();
  ledger.queue.recover();
  for (let at = 0; at < images.length; at += ENQUEUE_AT_ONCE) {
    ledger.queue.enqueue(SOURCE, images.slice(at, at + ENQUEUE_AT_ONCE));
  }
  return ledger.queue.counts().queued;
}
