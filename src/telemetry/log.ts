import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: LogLevel;
  /** Smearwatch's version, on every line. */
  readonly version: string;
  /** Where lines go; standard output without it. */
  readonly stream?: DestinationStream;
}

/** Lines that wait for a reader that has stalled, at most; further ones are dropped rather than held in memory. */
const MAX_BUFFERED_BYTES = 8 * 1_048_576;

/**
 * A logger of JSON lines with ISO time and the level as a word. The level can be changed while it runs (`logger.level`).
 */
export function createLogger({ level, version, stream = standardOutput() }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { name: 'smearwatch', version, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}

/**
 * Written asynchronously: a log reader that stalls must not stall classification. What is buffered is flushed when
 * the process exits.
 */
function standardOutput(): DestinationStream {
  const stream = destination({ dest: 1, sync: false, maxLength: MAX_BUFFERED_BYTES });
  // A full disk or a closed pipe under the log is no reason to stop classifying, and there is nowhere to report it.
  stream.on('error', () => undefined);
  return stream;
}
