import { Piscina } from 'piscina';
import { errorOf, type Failure } from '../errors.js';
import type { DocumentFile } from './replace-files.js';

export interface Writer {
  /** Makes documents durable, or rejects; some of them may be durable then. */
  write(documents: readonly DocumentFile[]): Promise<void>;
  /** Stops writing: no document is written during or after the close. */
  close(): Promise<void>;
}

/** Heap of the thread, which holds one group of documents. */
const HEAP_MB = 64;
const YOUNG_HEAP_MB = 4;

/**
 * Writes documents in a separate thread. A file takes five system calls, each of which would interrupt the
 * main thread, and a share that does not answer blocks only this thread.
 */
export class DocumentWriter implements Writer {
  readonly #threadFile: URL;
  #thread: Piscina<readonly DocumentFile[], Failure | undefined> | undefined;

  /** `threadFile` is the compiled thread (`dist/deliver/writer-thread.js`). The first documents start it. */
  constructor(threadFile: URL) {
    this.#threadFile = threadFile;
  }

  async write(documents: readonly DocumentFile[]): Promise<void> {
    const thread = (this.#thread ??= this.#start());
    let failure: Failure | undefined;
    try {
      failure = await thread.run(documents);
    } catch (error) {
      // The thread is lost: the next call starts another one.
      this.#thread = undefined;
      void thread.destroy();
      throw error;
    }
    if (failure) throw errorOf(failure);
  }

  async close(): Promise<void> {
    await this.#thread?.destroy();
  }

  #start(): Piscina<readonly DocumentFile[], Failure | undefined> {
    return new Piscina({
      filename: this.#threadFile.href,
      minThreads: 1,
      maxThreads: 1,
      idleTimeout: Infinity,
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
  }
}
