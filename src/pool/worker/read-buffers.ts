/**
 * Largest buffer that is kept: a scanner's uncompressed image has 3.1 MB. Larger files get memory of their
 * own.
 */
const LARGEST = 4_194_304;
/** Sizes are rounded up to this step, so that files of similar size share a buffer. */
const STEP = 65_536;

/**
 * Memory for the files that are read, used again and again. A new buffer for each file would leave 75 kB to 3
 * MB outside JavaScript's heap for V8 to free; V8 then marked its whole heap several times a second, which
 * took 6 % of all processor time with int8 models.
 */
export class ReadBuffers {
  readonly #free: Buffer<ArrayBuffer>[] = [];
  readonly #most: number;

  /** Keeps `most` buffers for the next files. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Returns a buffer of at least `size` bytes, with any content. */
  readonly take = (size: number): Buffer<ArrayBuffer> => {
    // The buffer returned last is most likely still in the cache.
    const fitting = this.#free.findLastIndex(({ length }) => length >= size);
    const [buffer] = fitting === -1 ? [] : this.#free.splice(fitting, 1);
    return buffer ?? Buffer.allocUnsafeSlow(Math.ceil(size / STEP) * STEP);
  };

  /** Returns a buffer obtained from `take`, whose bytes are not needed any more. */
  give({ buffer }: Buffer<ArrayBuffer>): void {
    if (buffer.byteLength > LARGEST) return;
    // The smaller buffers are dropped, so that the rest fits all files of the scanners.
    this.#free.push(Buffer.from(buffer));
    if (this.#free.length <= this.#most) return;
    this.#free.sort((one, other) => other.length - one.length).length = this.#most;
  }
}
