import { readFile } from 'node:fs/promises';
import { errnoOf } from '../errors.js';

/** The bytes of a file; undefined where there is no such file. @throws what else reading fails with */
export async function readIfThere(file: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
