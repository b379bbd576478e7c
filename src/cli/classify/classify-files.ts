import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import type { Config } from '../../config/schema.js';
import { failureOf, messageOf, type Failure } from '../../errors.js';
import { classifyBatch, type AnsweredBatch, type FailedBatch } from '../../pipeline/classify-batch.js';
import { decide, predictionsOf } from '../../pipeline/decision.js';
import { prepareLimits } from '../../pipeline/settings.js';
import type { InferencePool } from '../../pool/inference-pool.js';
import type { BatchReply, ClassifiedImage, FileToPrepare } from '../../pool/protocol.js';
import type { DecoderName } from '../../images.js';
import type { Decision, ModelPrediction } from '../../record.js';
import type { FoundImage } from './find-images.js';

export interface ClassifiedFile {
  readonly path: string;
  readonly sha256: string;
  readonly decoder: DecoderName;
  readonly width: number;
  readonly height: number;
  readonly models: readonly ModelPrediction[];
  readonly decision: Decision;
}

export interface UnclassifiedFile {
  readonly path: string;
  readonly code: string;
  readonly reason: string;
}

export type FileOutcome = ClassifiedFile | UnclassifiedFile;

export interface ClassifyOptions {
  readonly limits: Config['pipeline'];
  readonly minConfidence: number;
  readonly signal: AbortSignal;
}

/** A file as a worker reads it, with its path as it was found. */
interface FileByName extends FileToPrepare {
  readonly name: string;
}

/**
 * Classifies files outside the daemon, in the order given; nothing is recorded. Each worker has a batch and
 * one more waits, however many files there are.
 */
export async function* classifyFiles(
  files: readonly FoundImage[],
  pool: InferencePool,
  options: ClassifyOptions,
): AsyncGenerator<FileOutcome> {
  const begun: Promise<FileOutcome[]>[] = [];
  const { batchSize } = options.limits;
  for (let at = 0; at < files.length; at += batchSize) {
    options.signal.throwIfAborted();
    const batch = classifyTogether(files.slice(at, at + batchSize), pool, options);
    // Met in its turn below; until then its failure must not count as unhandled.
    batch.catch(() => undefined);
    begun.push(batch);
    if (begun.length > pool.workers.configured) yield* (await begun.shift()) ?? [];
  }
  for (const batch of begun) yield* await batch;
}

async function classifyTogether(
  found: readonly FoundImage[],
  pool: InferencePool,
  { limits, minConfidence }: ClassifyOptions,
): Promise<FileOutcome[]> {
  const seen = await Promise.all(found.map(look));
  const files = seen.filter((file) => 'name' in file);
  const parts$ = classifyBatch(pool, files, prepareLimits(limits, pool.taskTimeoutMs), () => undefined);
  const parts = files.length === 0 ? [] : await lastValueFrom(parts$.pipe(toArray()));
  const outcomes = [
    ...seen.filter((file) => 'reason' in file),
    ...parts.flatMap((part) => outcomesOf(part, minConfidence)),
  ];
  const byPath = new Map(outcomes.map((outcome) => [outcome.path, outcome]));
  return found.flatMap(({ path }) => byPath.get(path) ?? []);
}

/** If a link was named, what it leads to. */
async function look({ path: name, isNamed }: FoundImage): Promise<FileByName | UnclassifiedFile> {
  try {
    const file = isNamed ? await realpath(name) : name;
    const { size, mtimeMs } = await lstat(file);
    const [folder, path] = [dirname(file), basename(file)];
    return { name, scanner: '', folder, path, size, mtimeMs, reclassify: true };
  } catch (error) {
    return { path: name, code: 'file-unreadable', reason: messageOf(error) };
  }
}

function outcomesOf(
  batch: AnsweredBatch<FileByName> | FailedBatch<FileByName>,
  minConfidence: number,
): FileOutcome[] {
  if ('error' in batch) return batch.images.map(({ name }) => unclassified(name, failureOf(batch.error)));
  return batch.images.flatMap(({ name }, at) => {
    const file = batch.reply.files[at];
    if (file?.kind === 'unusable') return unclassified(name, file.failure);
    return file?.kind === 'classified' ? classified(name, file, { reply: batch.reply, minConfidence }) : [];
  });
}

function classified(
  path: string,
  { sha256, row, image }: ClassifiedImage,
  { reply, minConfidence }: { reply: BatchReply; minConfidence: number },
): ClassifiedFile {
  const { decoder, width, height, isExpectedSize, doubts } = image;
  const models = predictionsOf(reply, row);
  const decision = decide(models, { minConfidence, isExpectedSize, doubts });
  return { path, sha256, decoder, width, height, models, decision };
}

function unclassified(path: string, { code, message }: Failure): UnclassifiedFile {
  return { path, code, reason: message };
}
