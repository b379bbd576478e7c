import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errors.js';

export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
}

/** Hashed in a fifth of a millisecond: images go on being classified while a model is checked. */
const PIECE_BYTES = 1 << 18;

/** SHA-256 (hexadecimal) and size of a file. All pieces are read into one buffer: a stream's new ones take as long as hashing. */
export async function digestFile(file: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  const handle = await open(file, 'r');
  try {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (let bytes = 0; ;) {
      const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes };
      hash.update(piece.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

export function digestBytes(bytes: Uint8Array): FileDigest {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
}

/** Names that no listing shows: temporary folders, and what a crash left of them. */
const TEMPORARY_PREFIX = '.incoming-';
const LEFTOVER_MS = 24 * 60 * 60 * 1000;

/** A new empty folder in `parent` for what will be renamed into place. Older ones that a crash left are removed. */
export async function makeTemporaryFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  const folder = join(parent, `${TEMPORARY_PREFIX}${process.pid}-${randomUUID()}`);
  await mkdir(folder);
  return folder;
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    const folder = join(parent, name);
    // Another process may remove or rename it at this moment: then it is gone, which is what was wanted.
    const age = await stat(folder).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LEFTOVER_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a file that survives a power cut once this returns (its folder still needs `syncFolder`). */
export async function writeSynced(file: string, content: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const handle = await open(to, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder's entries (new files, renames) durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    // Windows cannot open folders; its file systems order renames themselves.
    if (process.platform === 'win32') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a small file in one step. */
export async function replaceFile(folder: string, name: string, content: string): Promise<void> {
  const temporary = join(folder, `.${name}-${process.pid}-${randomUUID()}`);
  await writeSynced(temporary, content);
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
}

/**
 * Renames a finished folder into place.
 * @returns false when something is there already: rename never replaces a folder that is not empty
 */
export async function moveIntoPlace(folder: string, target: string): Promise<boolean> {
  try {
    await rename(folder, target);
    return true;
  } catch (error) {
    const exists = await stat(target).then(
      () => true,
      () => false,
    );
    if (exists && ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}
