import { Piscina } from 'piscina';
import { errorOf } from '../errors.js';
import type { HashedFile, HashReply, HashRequest } from './protocol.js';

const HEAP_MB = 32;
const YOUNG_HEAP_MB = 2;
/**
 * Files to be hashed come in bursts, after a remount for example; between bursts the thread's memory is not
 * needed.
 */
const IDLE_MS = 10_000;

/** Hashes files in a separate thread, which exists only while there are files to hash. */
export class FileHasher {
  readonly #threadFile: URL;
  #thread: Piscina<HashRequest, HashReply> | undefined;

  /** `threadFile` is the compiled thread (`dist/pool/worker/hash-thread.js`). */
  constructor(threadFile: URL) {
    this.#threadFile = threadFile;
  }

  /**
   * Hashes a file.
   * @throws SmearwatchError those of `hashFile`
   */
  async hash(request: HashRequest): Promise<HashedFile> {
    this.#thread ??= this.#start();
    const reply = await this.#thread.run(request);
    if (reply.kind === 'failed') throw errorOf(reply);
    return reply;
  }

  async close(): Promise<void> {
    await this.#thread?.destroy();
  }

  #start(): Piscina<HashRequest, HashReply> {
    return new Piscina({
      filename: this.#threadFile.href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
  }
}
