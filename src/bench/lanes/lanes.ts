import { Piscina } from 'piscina';
import { errorOf } from '../../errors.js';
import { disableOrtTelemetry } from '../../model/ort-telemetry.js';
import type { LaneReply, LaneRequest, LaneSetup } from './protocol.js';

export interface LanesOptions {
  /** Compiled `lanes/worker.js`. */
  readonly workerFile: URL;
  readonly signal: AbortSignal;
}

/** What the lanes did together. */
export interface MeasuredLanes {
  /** Pieces a second, all lanes added. */
  readonly perSecond: number;
  /** CPU time of this process for a piece, in milliseconds. */
  readonly cpuMs: number;
  /** Each lane's quickest piece, in milliseconds. */
  readonly quickestMs: readonly number[];
  /** Of every piece, in milliseconds. */
  readonly durationsMs: readonly number[];
}

/** Runs `use` with a thread for each setup, all loaded, and ends them afterwards. */
export async function withLanes<T>(
  setups: readonly LaneSetup[],
  { workerFile, signal }: LanesOptions,
  use: (lanes: Lanes) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const lanes = new Lanes(setups, workerFile);
  const abort = (): void => void lanes.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await use(lanes);
  } catch (error) {
    signal.throwIfAborted(); // What a lane that was ended says is not the reason.
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    await lanes.close();
  }
}

export class Lanes {
  /** A piscina of one for each: a larger one chooses itself which thread takes what. */
  readonly #threads: readonly Piscina<LaneRequest, LaneReply>[];
  #isWarm = false;

  constructor(setups: readonly LaneSetup[], workerFile: URL) {
    disableOrtTelemetry();
    this.#threads = setups.map(
      (setup) =>
        new Piscina<LaneRequest, LaneReply>({
          filename: workerFile.href,
          minThreads: 1,
          maxThreads: 1,
          workerData: setup,
        }),
    );
  }

  /**
   * All lanes at once, for so many seconds or two pieces at least. As much that does not count comes before
   * the first measurement: V8 compiles what runs often, and memory is touched for the first time; one piece
   * before each of the others.
   */
  async measure(seconds: number, batch = 1): Promise<MeasuredLanes> {
    await this.#run({ seconds: this.#isWarm ? 0 : seconds, batch });
    this.#isWarm = true;
    const cpuBefore = process.cpuUsage();
    const replies = await this.#run({ seconds, batch });
    const { user, system } = process.cpuUsage(cpuBefore);
    const pieces = replies.reduce((sum, { durationsMs }) => sum + durationsMs.length, 0);
    return {
      perSecond: replies.reduce((sum, reply) => sum + reply.durationsMs.length / reply.seconds, 0),
      cpuMs: (user + system) / 1000 / pieces,
      quickestMs: replies.map(({ durationsMs }) => Math.min(...durationsMs)),
      durationsMs: replies.flatMap(({ durationsMs }) => [...durationsMs]),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.destroy()));
  }

  async #run(request: LaneRequest): Promise<Extract<LaneReply, { kind: 'done' }>[]> {
    const replies = await Promise.all(this.#threads.map((thread) => thread.run(request)));
    return replies.map((reply) => {
      if (reply.kind === 'done') return reply;
      throw errorOf(reply);
    });
  }
}
