import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../errors.js';
import type { Delivery } from '../ledger/ledger.js';
import { documentOf } from './document.js';
import type { Sink } from './sink.js';

/** Longest file name that every common file system takes, in bytes. */
const LONGEST_NAME_BYTES = 255;
const SUFFIX = '.json';

/** One JSON file per image: `<folder>/<scanner>/<path of the image>.json`. */
export class JsonSink implements Sink {
  readonly name: string;
  readonly #folder: string;

  constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
  }

  async deliver(deliveries: readonly Delivery[]): Promise<void> {
    const folders = new Set<string>();
    await Promise.all(
      deliveries.map(async (delivery) => {
        const file = resultFile(this.#folder, delivery);
        folders.add(dirname(file));
        await replaceFile(file, `${JSON.stringify(documentOf(delivery), undefined, 2)}\n`);
      }),
    );
    // The renames are durable once their folders are.
    await Promise.all([...folders].map(syncFolder));
  }
}

/** The result file of an image; a name that leaves no room for the suffix is cut and told apart by the SHA-256. */
export function resultFile(folder: string, { scanner, path, record }: Delivery): string {
  const name = basename(path);
  const fits = Buffer.byteLength(name) + SUFFIX.length <= LONGEST_NAME_BYTES;
  const stem = fits ? name : `${cutBytes(name, 200)}-${record.image.sha256.slice(0, 16)}`;
  return join(folder, scanner, dirname(path), stem + SUFFIX);
}

/**
 * Readers see the old file or the whole new one: written beside it, synced, renamed over it. The temporary name follows
 * from the file's, so that the delivery that is repeated after a crash takes the half-written one away.
 */
async function replaceFile(file: string, content: string): Promise<void> {
  const temporary = join(
    dirname(file),
    `.${createHash('sha256').update(file).digest('hex').slice(0, 16)}.tmp`,
  );
  try {
    const handle = await openInFolder(temporary);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Most often the folder is there: it is made only when it was not. */
async function openInFolder(file: string): ReturnType<typeof open> {
  try {
    return await open(file, 'w');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
    return open(file, 'w');
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function cutBytes(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD+$/, '');
}
