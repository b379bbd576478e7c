import { Piscina } from 'piscina';
import { errorOf, type Failure } from '../errors.js';
import type { DocumentFile } from './replace-files.js';

export interface Writer {
  /** Makes documents durable, or rejects; some of them may be then. */
  write(documents: readonly DocumentFile[]): Promise<void>;
  /** Nothing is written meanwhile, or later. */
  close(): Promise<void>;
}

/** It holds one group of documents. */
const HEAP_MB = 64;
const YOUNG_HEAP_MB = 4;

/**
 * Writes documents in a thread of its own: five system calls a file, of which the main thread would hear five
 * times, and a share that does not answer holds nobody else.
 */
export class DocumentWriter implements Writer {
  readonly #threadFile: URL;
  #thread: Piscina<readonly DocumentFile[], Failure | undefined> | undefined;

  /**
   * `threadFile`: compiled (`dist/deliver/writer-thread.js`). The thread is started by the first documents.
   */
  constructor(threadFile: URL) {
    this.#threadFile = threadFile;
  }

  async write(documents: readonly DocumentFile[]): Promise<void> {
    const thread = (this.#thread ??= this.#start());
    let failure: Failure | undefined;
    try {
      failure = await thread.run(documents);
    } catch (error) {
      // Lost: whoever tries again gets another one.
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
