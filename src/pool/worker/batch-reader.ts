import { dirname, join } from 'node:path';
import { volumeOf } from '../../files/volume.js';
import { within } from '../../within.js';
import type { PrepareLimits, FileToPrepare } from '../protocol.js';
import { readLocalImage, type ReadImage } from './prepare.js';
import { ReadAhead } from './read-ahead.js';
import type { ReadBuffers } from './read-buffers.js';

/**
 * Data in the system's memory is read faster than this. A thread that has to make room for another one is
 * slow as well, but rarely twice in a row.
 */
const QUICK_MS = 0.25;
const QUICK_BYTES_PER_MS = 2_000_000;
const SLOW_READS = 2;
/** A folder whose location is not known by then is treated as remote. */
const ANSWERS_WITHIN_MS = 1000;

/** How a reader finds out which files it can read itself. */
export interface Locality {
  /** Whether a folder is on a disk of this computer. */
  readonly isLocal: (folder: string) => Promise<boolean>;
  /**
   * Whether this number of bytes, read within this number of milliseconds, must have been in the system's
   * memory.
   */
  readonly isQuick: (bytes: number, ms: number) => boolean;
}

export const LOCALITY: Locality = {
  isLocal: (folder) => {
    const answer = volumeOf(folder).then(
      ({ isLocal }) => isLocal,
      () => false,
    );
    return within(ANSWERS_WITHIN_MS, answer, { late: () => false });
  },
  isQuick: (bytes, ms) => ms <= QUICK_MS + bytes / QUICK_BYTES_PER_MS,
};

/**
 * Reads the files of a request in order. A scanner's newest files are still in the system's memory, and the
 * thread that decodes them reads them itself, which is cheapest. Other threads read two kinds of files ahead:
 * files of shares, which may not answer, and files that must come from a disk.
 */
export class BatchReader {
  readonly #files: readonly FileToPrepare[];
  readonly #limits: PrepareLimits;
  readonly #buffers: ReadBuffers;
  readonly #locality: Locality;
  readonly #isLocal = new Map<string, boolean>();
  #next = 0;
  #slow = 0;
  #ahead: ReadAhead | undefined;

  constructor(
    files: readonly FileToPrepare[],
    limits: PrepareLimits,
    buffers: ReadBuffers,
    locality: Locality = LOCALITY,
  ) {
    this.#files = files;
    this.#limits = limits;
    this.#buffers = buffers;
    this.#locality = locality;
  }

  /**
   * Reads the next file.
   * @throws SmearwatchError those of `readImage`
   */
  async next(): Promise<ReadImage> {
    const file = this.#files[this.#next];
    if (!file) throw new Error('all files have been read');
    if (!this.#ahead && (this.#slow >= SLOW_READS || !(await this.#liesHere(file))))
      this.#ahead = new ReadAhead(this.#files.slice(this.#next), this.#limits, this.#buffers);
    this.#next += 1;
    return this.#ahead ? this.#ahead.next() : this.#readHere(file);
  }

  async #readHere(file: FileToPrepare): Promise<ReadImage> {
    const image = await readLocalImage(file, this.#limits, this.#buffers.take);
    this.#slow = this.#locality.isQuick(file.size, image.readMs) ? 0 : this.#slow + 1;
    return image;
  }

  /**
   * Whether a file is on a local disk. Asked once for each folder of the batch: a disk may have been mounted
   * beneath a scanner's folder.
   */
  async #liesHere({ folder, path }: FileToPrepare): Promise<boolean> {
    const place = dirname(join(folder, path));
    const known = this.#isLocal.get(place);
    if (known !== undefined) return known;
    const isLocal = await this.#locality.isLocal(place);
    this.#isLocal.set(place, isLocal);
    return isLocal;
  }
}
