import { open, type FileHandle } from 'node:fs/promises';
import { messageOf, SmearwatchError } from '../../errors.js';
import { tooLarge, unreadable } from './failures.js';

/**
 * Reads a whole file of at most `maxBytes` bytes.
 * @throws SmearwatchError `import-unreadable`
 */
export function readBounded(file: string, maxBytes: number): Promise<Buffer> {
  return reading(file, async (handle) => {
    const { size } = await handle.stat();
    if (size > maxBytes) throw tooLarge(size, maxBytes);
    return handle.readFile();
  });
}

/**
 * Reads the first bytes of a file, at most `count`.
 * @throws SmearwatchError `import-unreadable`
 */
export function readStart(file: string, count: number): Promise<Buffer> {
  return reading(file, async (handle) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  });
}

async function reading(file: string, read: (handle: FileHandle) => Promise<Buffer>): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      return await read(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    throw unreadable(`it cannot be read: ${messageOf(error)}`, error);
  }
}
