import { write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import { errnoOf } from '../errors.js';
import { within } from '../within.js';

export interface LogOutputOptions {
  /** Most bytes that wait; further lines are dropped rather than held in memory. */
  readonly maxBytes?: number;
}

/** Callbacks for log lines that could not be written. */
export interface LogLosses {
  /** Called for each dropped line. */
  readonly dropped: () => void;
  /** Called when lines are written again, after `lines` were dropped. */
  readonly resumed: (lines: number) => void;
}

const MAX_BYTES = 8 * 1_048_576;
/** Most bytes of one write. */
const CHUNK_BYTES = 65_536;
/** Pauses before another attempt: short for a slow reader, longer for a full disk. */
const RETRY_MS = { slow: 20, failing: 1000 };
/** The pause between two attempts while the process ends. */
const LAST_PAUSE_MS = 10;

/**
 * Writes log lines to an open file in the background. A reader that stalls, a full disk or a closed pipe
 * never stalls the program and never keeps it from ending: lines wait up to a limit, further ones are dropped
 * and counted, and at the end the waiting lines are tried for a given time. pino's own destination tries
 * without limit (`SonicBoom.flushSync`).
 */
export class LogOutput implements DestinationStream {
  readonly #fd: number;
  readonly #maxBytes: number;
  #lines: string[] = [];
  /** The bytes that are being written, or could not be. */
  #chunk: Buffer = Buffer.alloc(0);
  #waitingBytes = 0;
  #isWriting = false;
  #isFailing = false;
  #retry: NodeJS.Timeout | undefined;
  #dropped = 0;
  #losses: LogLosses | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(fd: number, { maxBytes = MAX_BYTES }: LogOutputOptions = {}) {
    this.#fd = fd;
    this.#maxBytes = maxBytes;
  }

  reportLosses(losses: LogLosses): void {
    this.#losses = losses;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > this.#maxBytes) {
      this.#dropped += 1;
      this.#losses?.dropped();
      return;
    }
    this.#lines.push(line);
    this.#waitingBytes += bytes;
    if (this.#retry === undefined) this.#writeNext();
  }

  /** Resolves once every line is written, or after `withinMs`, or at once if the last write failed. */
  async drain(withinMs: number): Promise<void> {
    if (this.#waitingBytes === 0 || this.#isFailing) return;
    await within(withinMs, new Promise<void>((resolve) => this.#whenIdle.push(resolve)));
  }

  /**
   * Writes the waiting lines during the process's `exit`, when no background work runs any more. Never waits
   * for longer than `withinMs`.
   */
  drainSync(withinMs: number): void {
    const untilMs = performance.now() + withinMs;
    // The running write finishes its own chunk; lines after it may be lost with it.
    if (this.#isWriting) return;
    while (this.#waitingBytes > 0) {
      try {
        this.#written(writeSync(this.#fd, this.#nextChunk()));
      } catch (error) {
        if (!isSlow(error) || performance.now() > untilMs) return;
        pause(LAST_PAUSE_MS);
      }
    }
  }

  #writeNext(): void {
    if (this.#isWriting || this.#waitingBytes === 0) return;
    this.#isWriting = true;
    write(this.#fd, this.#nextChunk(), (error, bytes) => {
      this.#isWriting = false;
      if (error) this.#failed(error);
      else this.#written(bytes);
      if (this.#waitingBytes === 0 || this.#isFailing) this.#idle();
      if (this.#retry === undefined) this.#writeNext();
    });
  }

  #nextChunk(): Buffer {
    if (this.#chunk.length > 0) return this.#chunk;
    let bytes = 0;
    const count = this.#lines.findIndex((line) => (bytes += Buffer.byteLength(line)) > CHUNK_BYTES);
    // A line that is longer than a chunk is written separately.
    const lines = this.#lines.splice(0, count < 0 ? this.#lines.length : Math.max(1, count));
    this.#chunk = Buffer.from(lines.join(''));
    return this.#chunk;
  }

  #written(bytes: number): void {
    this.#isFailing = false;
    this.#chunk = this.#chunk.subarray(bytes);
    this.#waitingBytes -= bytes;
    const dropped = this.#dropped;
    if (dropped === 0 || this.#waitingBytes > this.#maxBytes / 2) return;
    this.#dropped = 0;
    this.#losses?.resumed(dropped);
  }

  #failed(error: unknown): void {
    this.#isFailing = !isSlow(error);
    const retry = (): void => {
      this.#retry = undefined;
      this.#writeNext();
    };
    // The timer does not keep the process alive: a last attempt follows at its exit.
    this.#retry = setTimeout(retry, this.#isFailing ? RETRY_MS.failing : RETRY_MS.slow).unref();
  }

  #idle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}

/** Whether the reader of a pipe has not read yet. */
function isSlow(error: unknown): boolean {
  return errnoOf(error) === 'EAGAIN';
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
