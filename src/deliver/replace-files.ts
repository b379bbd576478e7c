import {
  closeSync,
  fdatasync as fdatasyncWithCallback,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import { syncFolder } from '../files/sync-folder.js';
import { hashOfPath, isNameRefused } from './refused-name.js';
import { plainResultFile, resultFile } from './result-file.js';
import { explainUnwritable } from './unwritable.js';

/** With its size and place on the disk; the times of a file are all that is not synced. */
const fdatasync = promisify(fdatasyncWithCallback);

/** A document of an image. */
export interface DocumentFile {
  /** Of the sink. */
  readonly folder: string;
  readonly scanner: string;
  readonly path: string;
  readonly content: string;
}

/**
 * Makes documents durable, each whole or not at all, and all that can be. It waits for the disk within this thread, but for the
 * syncs, which are made at once: only for a thread that has nothing else to do.
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
 * Resolves with the folder that it is in. A name that the file system cannot hold must not keep this document, and all that follow,
 * for ever.
 */
async function replaceOne(document: DocumentFile): Promise<string> {
  const file = resultFile(document.folder, document);
  try {
    await replaceFile(file, document.content);
    return dirname(file);
  } catch (error) {
    if (!isNameRefused(error)) throw await explainUnwritable(file, error);
    const plain = plainResultFile(document.folder, document);
    await replaceFile(plain, document.content);
    return dirname(plain);
  }
}

/**
 * Readers see the old file or the whole new one: written beside it, synced, renamed over it. The temporary name follows
 * from the file's, so that the delivery that is repeated after a crash takes the half-written one away.
 */
async function replaceFile(file: string, content: string): Promise<void> {
  const temporary = join(dirname(file), `.${hashOfPath(file)}.tmp`);
  try {
    await writeSynced(temporary, content);
    faultPoint('json-written');
    renameSync(temporary, file);
    faultPoint('json-renamed');
  } catch (error) {
    remove(temporary);
    throw error;
  }
}

async function writeSynced(file: string, content: string): Promise<void> {
  const descriptor = openInFolder(file);
  try {
    writeFileSync(descriptor, content);
    await fdatasync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Most often the folder is there: it is made only when it was not. */
function openInFolder(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, 'w');
  }
}

/** What failed before is the failure to tell: where the folder is a file, there is nothing to remove either. */
function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Left for the next try.
  }
}
