import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SmearwatchError } from '../errors.js';
import type { DaemonStatus } from '../http/status.js';

const CLI = fileURLToPath(new URL('../smearwatch.cjs', import.meta.url));

/** A daemon in a process of its own, as a lab would run it: its log in a file, asked over HTTP, stopped by SIGTERM. */
export class DaemonProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(url: string, child: ChildProcess, exited: Promise<unknown>) {
    this.url = url;
    this.#child = child;
    this.#exited = exited;
  }

  /**
   * Resolves when it takes in images.
   * @throws SmearwatchError `demo-failed` when the daemon ends instead; its log says why
   */
  static async start(configFile: string, logFile: string, signal: AbortSignal): Promise<DaemonProcess> {
    const child = spawn(process.execPath, [CLI, 'run', '--config', configFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches the whole group of a terminal; here only the parent decides when the daemon stops.
      detached: true,
    });
    const exited = once(child, 'exit');
    const log = createWriteStream(logFile);
    child.stderr.pipe(log, { end: false });
    child.stdout.pipe(log, { end: false });
    const abort = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', abort, { once: true });
    const ended = exited.then(() => {
      throw new SmearwatchError('The daemon ended before the demonstration did', {
        code: 'demo-failed',
        hint: `Its log is ${logFile}.`,
      });
    });
    const url = await Promise.race([readyUrl(child), ended]);
    ended.catch(() => undefined);
    return new DaemonProcess(url, child, exited);
  }

  async status(): Promise<DaemonStatus> {
    const response = await fetch(`${this.url}/status`);
    return (await response.json()) as DaemonStatus;
  }

  /** Prometheus' text format. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  /** Ends it and waits until it has ended. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#exited;
  }
}

/** The address in the log line of the daemon that is ready. The reader stays: closing it would pause the log. */
function readyUrl({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (!stdout) return;
    createInterface({ input: stdout }).on('line', (line) => {
      const { event, url } = JSON.parse(line) as { event?: string; url?: string };
      if (event === 'ready' && url !== undefined) resolve(url);
    });
  });
}
