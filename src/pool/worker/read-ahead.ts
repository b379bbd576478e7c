import { hasCode } from '../../errors.js';
import type { PrepareLimits, FileToPrepare } from '../protocol.js';
import { readImage, type ReadImage } from './prepare.js';
import type { ReadBuffers } from './read-buffers.js';

/** Most files that are read ahead while one image is decoded; the next constant limits their bytes. */
export const FILES_AHEAD = 8;
const BYTES_AHEAD = 16_777_216;

/** Reads files in order on libuv's threads, a few before they are requested. */
export class ReadAhead {
  readonly #files: readonly FileToPrepare[];
  readonly #limits: PrepareLimits;
  readonly #buffers: ReadBuffers;
  readonly #reading: { size: number; read: Promise<ReadImage> }[] = [];
  /** Folders that have not answered: their other files are not waited for either. */
  readonly #silent = new Map<string, unknown>();
  #begun = 0;
  #bytes = 0;

  constructor(files: readonly FileToPrepare[], limits: PrepareLimits, buffers: ReadBuffers) {
    this.#files = files;
    this.#limits = limits;
    this.#buffers = buffers;
  }

  /**
   * Returns the next file.
   * @throws SmearwatchError those of `readImage`
   */
  async next(): Promise<ReadImage> {
    this.#begin();
    const first = this.#reading.shift();
    if (!first) throw new Error('all files have been read');
    try {
      return await first.read;
    } finally {
      this.#bytes -= first.size;
    }
  }

  #begin(): void {
    while (this.#begun < this.#files.length && this.#reading.length < FILES_AHEAD) {
      const file = this.#files[this.#begun] as FileToPrepare;
      if (this.#reading.length > 0 && this.#bytes + file.size > BYTES_AHEAD) return;
      const read = this.#read(file);
      // The failure is handled when the file's turn comes; until then it must not count as an unhandled
      // rejection.
      read.catch(() => undefined);
      this.#reading.push({ size: file.size, read });
      this.#bytes += file.size;
      this.#begun += 1;
    }
  }

  async #read(file: FileToPrepare): Promise<ReadImage> {
    if (this.#silent.has(file.folder)) throw this.#silent.get(file.folder);
    try {
      return await readImage(file, this.#limits, this.#buffers.take);
    } catch (error) {
      if (hasCode(error, 'read-timeout')) this.#silent.set(file.folder, error);
      throw error;
    }
  }
}
