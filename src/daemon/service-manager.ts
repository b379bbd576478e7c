import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface ServiceManagerOptions {
  /**
   * Environment with `NOTIFY_SOCKET` and `WATCHDOG_USEC`, as systemd sets them; without the first, no
   * messages are sent.
   */
  readonly environment: NodeJS.ProcessEnv;
  /** Asked before each sign of life: whether the daemon works as it should. */
  readonly isWell: () => boolean;
  readonly onError: (error: unknown) => void;
}

const run = promisify(execFile);
const ANSWERS_WITHIN_MS = 10_000;

/**
 * Notifies systemd (`Type=notify`) when the daemon is ready, reloads and stops, and that it is alive, as
 * often as `WatchdogSec` requires: systemd restarts a daemon that has stopped reporting. The messages are
 * datagrams to a Unix socket, which Node cannot send; `systemd-notify`, a part of systemd, sends them.
 */
export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  #sending: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
  }

  ready(status: string): void {
    this.#send('READY=1', `STATUS=${status}`);
    const { environment, isWell } = this.#options;
    const watchdogMs = Number(environment['WATCHDOG_USEC'] ?? 0) / 1000;
    if (!this.#isListening || watchdogMs <= 0 || this.#timer) return;
    this.#timer = setInterval(() => {
      if (isWell()) this.#send('WATCHDOG=1');
    }, watchdogMs / 2);
    this.#timer.unref();
  }

  /** Reports a reload; a call of `ready` must follow. */
  reloading(): void {
    this.#send('RELOADING=1');
  }

  stopping(): void {
    this.#send('STOPPING=1');
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  get #isListening(): boolean {
    return Boolean(this.#options.environment['NOTIFY_SOCKET']);
  }

  /** Sends messages one after the other: `RELOADING` must not overtake `READY`. */
  #send(...state: string[]): void {
    if (!this.#isListening) return;
    const { environment, onError } = this.#options;
    this.#sending = this.#sending
      .then(() => run('systemd-notify', state, { env: environment, timeout: ANSWERS_WITHIN_MS }))
      .then(
        () => {
          this.#hasFailed = false;
        },
        (error: unknown) => {
          if (!this.#hasFailed) onError(error);
          this.#hasFailed = true;
        },
      );
  }
}
