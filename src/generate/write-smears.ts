import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { failureOf, SmearwatchError } from '../errors.js';
import { CELL_CLASSES, type CellClass } from '../images.js';
import { classOrder } from './class-order.js';
import { MANIFEST_NAME, readRows, updateManifest } from './manifest.js';
import { planOf, type GenerateOptions, type GeneratePlan } from './options.js';
import { extensionOf, type SmearReply, type SmearTask, type WrittenSmear } from './task.js';

export interface GenerateProgress {
  readonly done: number;
  readonly count: number;
  readonly smear: WrittenSmear;
}

export interface GenerateSummary {
  readonly outDir: string;
  readonly manifest: string;
  readonly count: number;
  readonly bytes: number;
  readonly perClass: Readonly<Record<CellClass, number>>;
  readonly seconds: number;
}

/**
 * Writes `count` labelled smears and their manifest.
 *
 * On abort, the images already begun are finished, the manifest is written for the existing files, and the
 * signal's reason is thrown.
 *
 * @throws SmearwatchError `generate-option`, `generate-failed`, `manifest-foreign`
 */
export async function generateSmears(
  options: GenerateOptions & { readonly onProgress?: (progress: GenerateProgress) => void },
): Promise<GenerateSummary> {
  const started = performance.now();
  const plan = planOf(options);
  // A foreign manifest is rejected before hours of drawing, not after.
  await readRows(join(plan.outDir, MANIFEST_NAME));
  const written: WrittenSmear[] = [];
  let manifest = '';
  try {
    for await (const smear of streamSmears(options)) {
      written.push(smear);
      options.onProgress?.({ done: written.length, count: plan.count, smear });
    }
  } finally {
    if (written.length > 0) manifest = await updateManifest(plan.outDir, written);
  }
  options.signal?.throwIfAborted();
  return {
    outDir: plan.outDir,
    manifest,
    count: written.length,
    bytes: written.reduce((sum, smear) => sum + smear.bytes, 0),
    perClass: countPerClass(written),
    seconds: (performance.now() - started) / 1000,
  };
}

/**
 * Yields the same images one by one, in the order of their index, without a manifest, to feed a watched
 * folder. On abort it ends after the images already begun.
 *
 * @throws SmearwatchError `generate-option`, `generate-failed`
 */
export async function* streamSmears(options: GenerateOptions): AsyncGenerator<WrittenSmear, void, undefined> {
  const plan = planOf(options);
  await makeFolders(plan);
  const pool = new Piscina<SmearTask, SmearReply>({
    filename: plan.workerUrl.href,
    minThreads: plan.workers,
    maxThreads: plan.workers,
  });
  const taskAt = taskMaker(plan);
  const begun: Promise<SmearReply>[] = [];
  try {
    for (let place = 0; place < plan.count && !isAborted(options.signal); place++) {
      await paced(options, plan.firstIndex + place);
      if (isAborted(options.signal)) break;
      begun.push(replyOf(pool, taskAt(plan.firstIndex + place)));
      // Two per thread keep every thread busy while the caller uses the oldest.
      if (begun.length >= 2 * plan.workers) yield await oldest(begun, plan);
    }
    while (begun.length > 0) yield await oldest(begun, plan);
  } finally {
    // Destroying a thread during a write would leave a temporary file, so images that were begun are finished
    // first.
    await Promise.allSettled(begun);
    await pool.destroy();
  }
}

/**
 * Waits for the pace. One that waits on the same signal rejects when it fires: that is the abort itself, not
 * a failure.
 */
async function paced({ pace, signal }: GenerateOptions, index: number): Promise<void> {
  try {
    await pace?.(index);
  } catch (error) {
    if (!isAborted(signal)) throw error;
  }
}

/**
 * The reply of a thread. A dead thread is a failed image, which is reported in its turn, so that no rejection
 * is without a listener until then.
 */
async function replyOf(pool: Piscina<SmearTask, SmearReply>, task: SmearTask): Promise<SmearReply> {
  try {
    return await pool.run(task);
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/**
 * Whether the signal has fired now. Each call reads it again, because an await may come between two calls.
 */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false;
}

async function oldest(begun: Promise<SmearReply>[], plan: GeneratePlan): Promise<WrittenSmear> {
  const reply = await begun.shift();
  if (reply?.ok === true) return reply.smear;
  throw new SmearwatchError(
    'generate-failed',
    `An image could not be written to ${plan.outDir}: ${reply?.failure.message ?? 'no reply'}.`,
  );
}

async function makeFolders(plan: GeneratePlan): Promise<void> {
  const folders = plan.isFlat
    ? ['']
    : CELL_CLASSES.filter((cellClass) => (plan.proportions[cellClass] ?? 0) > 0);
  try {
    for (const folder of folders) await mkdir(join(plan.outDir, folder), { recursive: true });
  } catch (cause) {
    throw new SmearwatchError('generate-failed', `The output folder ${plan.outDir} cannot be created.`, {
      hint: 'Name a folder that this user can write to.',
      cause,
    });
  }
}

function taskMaker(plan: GeneratePlan): (index: number) => SmearTask {
  const { seed, width, height, format, outDir, isFlat } = plan;
  const classAt = classOrder(plan.proportions);
  return (index) => {
    const cellClass = classAt(index);
    const name = `smear-${String(seed)}-${String(index)}.${extensionOf(format)}`;
    return {
      seed,
      index,
      cellClass,
      width,
      height,
      format,
      outDir,
      file: isFlat ? name : `${cellClass}/${name}`,
    };
  };
}

function countPerClass(written: readonly WrittenSmear[]): Record<CellClass, number> {
  const counts = { 'normal-monocyte': 0, 'abnormal-monocyte': 0, lymphocyte: 0 };
  for (const { cellClass } of written) counts[cellClass]++;
  return counts;
}
