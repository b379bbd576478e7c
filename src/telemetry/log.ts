import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: LogLevel;
  /** Smearwatch's version, on every line. */
  readonly version: string;
  /** Destination of the lines. */
  readonly stream: DestinationStream;
}

/**
 * A logger of JSON lines with ISO time and the level as a word. The level can be changed while it runs
 * (`logger.level`).
 */
export function createLogger({ level, version, stream }: LogOptions): Logger {
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
