import { rename as renameWithCallback, writeFile } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import type { Delivery } from '../ledger/ledger.js';
import { documentOf } from './document.js';
import { hashOfPath, isNameRefused } from './refused-name.js';
import { plainResultFile, resultFile } from './result-file.js';
import type { Sink } from './sink.js';
import { syncFolder } from './sync-folder.js';
import { explainUnwritable } from './unwritable.js';

// With callbacks inside: node:fs/promises makes a file handle and five promises for each file, a fifth more work of this thread.
const writeSynced = promisify(writeFile);
const rename = promisify(renameWithCallback);

/** One JSON file per image: `<folder>/<scanner>/<path of the image>.json`. */
export class JsonSink implements Sink {
  readonly name: string;
  readonly #folder: string;

  constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
  }

  async deliver(deliveries: readonly Delivery[]): Promise<number> {
    const folders = new Set<string>();
    await Promise.all(
      deliveries.map(async (delivery) => {
        const content = `${JSON.stringify(documentOf(delivery), undefined, 2)}\n`;
        folders.add(dirname(await this.#write(delivery, content)));
      }),
    );
    // The renames are durable once their folders are.
    await Promise.all([...folders].map(syncFolder));
    return deliveries.length;
  }

  /** A name that the results' file system cannot hold must not keep this document, and all that follow, for ever. */
  async #write(delivery: Delivery, content: string): Promise<string> {
    const file = resultFile(this.#folder, delivery);
    try {
      await replaceFile(file, content);
      return file;
    } catch (error) {
      if (!isNameRefused(error)) throw await explainUnwritable(file, error);
      const plain = plainResultFile(this.#folder, delivery);
      await replaceFile(plain, content);
      return plain;
    }
  }
}

/**
 * Readers see the old file or the whole new one: written beside it, synced, renamed over it. The temporary name follows
 * from the file's, so that the delivery that is repeated after a crash takes the half-written one away.
 */
async function replaceFile(file: string, content: string): Promise<void> {
  const temporary = join(dirname(file), `.${hashOfPath(file)}.tmp`);
  try {
    await writeInFolder(temporary, content);
    faultPoint('json-written');
    await rename(temporary, file);
    faultPoint('json-renamed');
  } catch (error) {
    // The first failure is the one to tell: where the folder is a file, there is nothing to remove either.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Most often the folder is there: it is made only when it was not. */
async function writeInFolder(file: string, content: string): Promise<void> {
  try {
    await writeSynced(file, content, { flush: true });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
    await writeSynced(file, content, { flush: true });
  }
}
