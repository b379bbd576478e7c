import type { FileHandle } from 'node:fs/promises';
import type { SmearwatchError } from '../../errors.js';
import { unloadable } from './proto.js';

const WINDOW_BYTES = 65_536;

/** Start and end of a field's content in the file; `value` is that of a number. */
export interface Extent {
  readonly from: number;
  readonly to: number;
  readonly value?: number;
}

/** Reads protocol buffers in a file by their offsets, a window at a time. */
export class MessageReader {
  readonly file: string;
  readonly #handle: FileHandle;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #from = 0;
  #to = 0;

  constructor(handle: FileHandle, file: string) {
    this.#handle = handle;
    this.file = file;
  }

  async varint(at: number, end: number): Promise<{ readonly value: number; readonly next: number }> {
    let value = 0;
    // 2⁶³ is beyond exact numbers, but no length or field number in a file that exists is.
    for (let index = 0; index < 10; index += 1) {
      if (at + index >= end) break;
      const byte = await this.#byte(at + index);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return { value, next: at + index + 1 };
    }
    throw this.malformed();
  }

  async length(wire: number, at: number, end: number): Promise<Extent> {
    const extent = await this.#extent(wire, at, end);
    if (extent === undefined || extent.to > end) throw this.malformed();
    return extent;
  }

  /** A copy of the bytes between two offsets. */
  async bytes(from: number, to: number): Promise<Buffer> {
    if (to - from > WINDOW_BYTES) return this.#manyBytes(from, to);
    if (from < this.#from || to > this.#to) await this.#moveWindow(from);
    if (to > this.#to) throw this.malformed();
    return Buffer.from(this.#window.subarray(from - this.#from, to - this.#from));
  }

  malformed(cause?: unknown): SmearwatchError {
    return unloadable(`${this.file} cannot be loaded: it is not a complete ONNX model`, {
      hint: 'Check the file against the registry (models verify).',
      cause,
    });
  }

  async #extent(wire: number, at: number, end: number): Promise<Extent | undefined> {
    if (wire === 0) {
      const { value, next } = await this.varint(at, end);
      return { from: at, to: next, value };
    }
    if (wire === 1) return { from: at, to: at + 8 };
    if (wire === 5) return { from: at, to: at + 4 };
    if (wire !== 2) return undefined;
    const { value, next } = await this.varint(at, end);
    return { from: next, to: next + value };
  }

  async #manyBytes(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.alloc(to - from);
    if ((await this.#fill(bytes, from)) < bytes.length) throw this.malformed();
    return bytes;
  }

  async #moveWindow(at: number): Promise<void> {
    [this.#from, this.#to] = [at, at + (await this.#fill(this.#window, at))];
  }

  /** Fills a buffer as far as the file has bytes: a file system may return fewer at a time than requested. */
  async #fill(into: Buffer, at: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await this.#handle.read(into, filled, into.length - filled, at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  async #byte(at: number): Promise<number> {
    if (at < this.#from || at >= this.#to) await this.#moveWindow(at);
    const byte = this.#window[at - this.#from];
    if (byte === undefined || at >= this.#to) throw this.malformed();
    return byte;
  }
}
