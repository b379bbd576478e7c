import { open } from 'node:fs/promises';

/** Makes what was created, renamed and removed in a folder durable: a power cut may undo it until then. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
