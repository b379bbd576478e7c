import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import { replaceFile, type ReplaceOptions } from '../files/replace-file.js';
import { syncFolder } from '../files/sync-file.js';
import { hashOfPath, isNameRefused } from './refused-name.js';
import { plainResultFile, resultFile } from './result-file.js';
import { explainUnwritable } from './unwritable.js';

/** A document of an image. */
export interface DocumentFile {
  /** Folder of the sink. */
  readonly folder: string;
  readonly scanner: string;
  readonly path: string;
  readonly content: string;
}

/**
 * Makes documents durable, in parallel. Each is written completely or not at all, and a failure does not stop
 * the others.
 */
export async function replaceFiles(documents: readonly DocumentFile[]): Promise<void> {
  const outcomes = await Promise.allSettled(documents.map(replaceOne));
  const folders = new Set(
    outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])),
  );
  // The renames are durable once their folders are.
  await Promise.all([...folders].map(syncFolder));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * Writes one document and returns its folder. A name that the file system cannot hold must not block this
 * document and all later ones permanently.
 */
async function replaceOne(document: DocumentFile): Promise<string> {
  const file = resultFile(document.folder, document);
  try {
    await writeDocument(file, document.content);
    return dirname(file);
  } catch (error) {
    if (!isNameRefused(error)) throw await explainUnwritable(file, error);
    const plain = plainResultFile(document.folder, document);
    await writeDocument(plain, document.content);
    return dirname(plain);
  }
}

/**
 * Writes a document. The temporary name is derived from the file's, so that the delivery that is repeated
 * after a crash overwrites the incomplete file. The folder usually exists: it is made only after a failure.
 */
async function writeDocument(file: string, content: string): Promise<void> {
  const options: ReplaceOptions = {
    temporary: join(dirname(file), `.${hashOfPath(file)}.tmp`),
    sync: 'file',
    beforeRename: () => faultPoint('json-written'),
  };
  try {
    await replaceFile(file, content, options);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
    await replaceFile(file, content, options);
  }
  faultPoint('json-renamed');
}
