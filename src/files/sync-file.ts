import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { platform } from 'node:process';

const isWindows = platform === 'win32';

/** Windows syncs only what was opened for writing; elsewhere a file that was copied may be readable only. */
const FLAGS = isWindows ? 'r+' : 'r';

/** Makes what was written to a file durable. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, FLAGS);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes what was created, renamed and removed in a folder durable: a power cut may undo it until then. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; its file systems order renames themselves.
  if (!isWindows) await syncFile(folder);
}

export function syncFileSync(file: string): void {
  const descriptor = openSync(file, FLAGS);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function syncFolderSync(folder: string): void {
  if (!isWindows) syncFileSync(folder);
}
