import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SmearwatchError } from '../errors.js';
import type { DaemonStatus } from './http/status.js';

export interface DaemonProcessOptions {
  readonly configFile: string;
  /** File that receives everything the daemon writes. */
  readonly logFile: string;
  readonly signal: AbortSignal;
  /** Command that starts the daemon: `taskset` with the cores that it may use. */
  readonly launcher?: readonly string[];
  readonly onLine?: (line: DaemonLogLine) => void;
  /** The compiled program; tests, which run from the sources, name the one in `dist/`. */
  readonly program?: URL;
}

export interface DaemonLogLine {
  readonly msg?: string;
  readonly event?: string;
  /** RFC 3339, UTC. */
  readonly time?: string;
  readonly [field: string]: unknown;
}

/** Time and address of a daemon that has become ready to take in images. */
interface ReadyDaemon {
  readonly url: string;
  readonly atMs: number;
}

/**
 * A daemon in a process of its own, as a lab would run it: its log in a file, asked over HTTP, stopped by
 * SIGTERM.
 */
export class DaemonProcess {
  readonly url: string;
  /** Milliseconds since 1970, from the daemon's own log. */
  readonly readyAtMs: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor({ url, atMs }: ReadyDaemon, child: ChildProcess, exited: Promise<unknown>) {
    this.url = url;
    this.readyAtMs = atMs;
    this.#child = child;
    this.#exited = exited;
  }

  /**
   * Resolves when the daemon takes in images.
   * @throws SmearwatchError `daemon-ended` when it ends instead; its log says why
   */
  static async start(options: DaemonProcessOptions): Promise<DaemonProcess> {
    const { configFile, logFile, signal, program = new URL('../smearwatch.cjs', import.meta.url) } = options;
    signal.throwIfAborted();
    const line = [process.execPath, fileURLToPath(program), 'run', '--config', configFile];
    const [command = process.execPath, ...args] = [...(options.launcher ?? []), ...line];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches the whole process group of a terminal; here only the parent decides when the daemon
      // stops.
      detached: true,
    });
    const exited = once(child, 'exit');
    keepLog(child, logFile);
    const abort = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', abort, { once: true });
    const ended = exited.then(() => {
      signal.removeEventListener('abort', abort);
      throw new SmearwatchError('daemon-ended', 'The daemon ended before its work was done', {
        hint: `Its log is ${logFile}.`,
      });
    });
    const readiness = await Promise.race([whenReady(child, options.onLine), ended]);
    ended.catch(() => undefined);
    return new DaemonProcess(readiness, child, exited);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async status(): Promise<DaemonStatus> {
    const response = await fetch(`${this.url}/status`);
    return (await response.json()) as DaemonStatus;
  }

  /** Metrics in Prometheus' text format. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  /** Stops the daemon and waits until it has ended. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#exited;
  }
}

/**
 * Keeps the daemon's output. A log file that cannot be written must not stop the daemon: its output is still
 * read, or the daemon would wait.
 */
function keepLog(child: ChildProcess, logFile: string): void {
  const log = createWriteStream(logFile);
  for (const output of [child.stderr, child.stdout]) {
    output?.pipe(log, { end: false });
    log.once('error', () => output?.unpipe(log).resume());
  }
  child.once('close', () => log.end());
}

/**
 * Waits for the log line of a daemon that is ready. The reader stays open: closing it would pause the log.
 */
function whenReady({ stdout }: ChildProcess, onLine: DaemonProcessOptions['onLine']): Promise<ReadyDaemon> {
  return new Promise((resolve) => {
    if (!stdout) return;
    createInterface({ input: stdout }).on('line', (text) => {
      const line = JSON.parse(text) as DaemonLogLine;
      onLine?.(line);
      if (line.event === 'ready' && typeof line['url'] === 'string')
        resolve({ url: line['url'], atMs: Date.parse(line.time ?? '') });
    });
  });
}
