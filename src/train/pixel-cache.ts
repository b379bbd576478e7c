import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readIfThere } from '../files/read-if-there.js';
import { replaceFile } from '../files/replace-file.js';
import { IMAGE_BYTES } from '../images.js';

/**
 * Increase this when `decodeImage` gives other pixels for the same bytes: old entries are then no longer
 * found.
 */
const VERSION = 'pixels-v2';

/**
 * Decoded images by the SHA-256 of their file. Each is a file of 196,608 bytes, so that trainings may share a
 * cache and run at the same time, and a process killed during a write leaves no valid entry. The cache may be
 * deleted at any time.
 */
export class PixelCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, VERSION);
  }

  /**
   * The pixels of an image; undefined if the entry is missing or incomplete (power was lost before the bytes
   * were on disk).
   */
  async get(sha256: string): Promise<Buffer | undefined> {
    const pixels = await readIfThere(this.#pathOf(sha256));
    return pixels?.length === IMAGE_BYTES ? pixels : undefined;
  }

  async put(sha256: string, pixels: Uint8Array): Promise<void> {
    const path = this.#pathOf(sha256);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, pixels, { sync: 'nothing' });
  }

  #pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), `${sha256}.rgb`);
  }
}
