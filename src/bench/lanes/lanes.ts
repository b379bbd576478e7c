import { Piscina } from 'piscina';
import { errorOf } from '../../errors.js';
import { disableOrtTelemetry } from '../../model/ort-telemetry.js';
import type { LaneReply, LaneRequest, LaneSetup } from './protocol.js';

export interface LanesOptions {
  /** Compiled `lanes/worker.js`. */
  readonly workerFile: URL;
  readonly signal: AbortSignal;
}

/** Figures of all lanes together. */
export interface MeasuredLanes {
  /** Pieces a second, summed over all lanes. */
  readonly perSecond: number;
  /** CPU time of this process per piece, in milliseconds. */
  readonly cpuMs: number;
  /** Each lane's quickest piece, in milliseconds. */
  readonly quickestMs: readonly number[];
  /** Durations of all pieces, in milliseconds. */
  readonly durationsMs: readonly number[];
}

/** Runs `use` with one thread for each setup, all loaded, and ends them afterwards. */
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
    signal.throwIfAborted(); // An error of an aborted lane is not the cause.
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    await lanes.close();
  }
}

export class Lanes {
  /** One piscina per thread: a larger one would choose itself which thread gets which task. */
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
   * Measures all lanes at once, for `seconds` or at least two pieces. The first measurement is preceded by a
   * warm-up of the same length, because V8 compiles frequent code and memory is touched for the first time;
   * each of the others is preceded by one piece.
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
