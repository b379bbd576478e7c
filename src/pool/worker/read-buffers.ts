/** Most that is kept: a scanner's uncompressed image has 3.1 MB. Larger files have memory of their own. */
const LARGEST = 4_194_304;
/** So that files of about one size share a buffer. */
const STEP = 65_536;

/**
 * Memory for the files that are read, used again and again. A buffer for each file would be 75 kB to 3 MB
 * outside JavaScript's heap for V8 to give back, and it marked its whole heap for it several times a second:
 * 6 % of all processor time with int8 models.
 */
export class ReadBuffers {
  readonly #free: Buffer<ArrayBuffer>[] = [];
  readonly #most: number;

  /** Keeps `most` buffers for the next files. */
  constructor(most: number) {
    this.#most = most;
  }

  /** At least `size` bytes, of any content. */
  readonly take = (size: number): Buffer<ArrayBuffer> => {
    // The last one given back: most likely still in the cache.
    const fitting = this.#free.findLastIndex(({ length }) => length >= size);
    const [buffer] = fitting === -1 ? [] : this.#free.splice(fitting, 1);
    return buffer ?? Buffer.allocUnsafeSlow(Math.ceil(size / STEP) * STEP);
  };

  /** `bytes` of a buffer that was taken are needed no more. */
  give({ buffer }: Buffer<ArrayBuffer>): void {
    if (buffer.byteLength > LARGEST) return;
    // The smaller ones make room, so that what is left fits all files of the scanners.
    this.#free.push(Buffer.from(buffer));
    if (this.#free.length <= this.#most) return;
    this.#free.sort((one, other) => other.length - one.length).length = this.#most;
  }
}
