import { stat } from 'node:fs/promises';
import type { Telemetry } from '../telemetry/telemetry.js';

export interface ScannerPausesOptions {
  readonly folderOf: (scanner: string) => string | undefined;
  readonly telemetry: Pick<Telemetry, 'intakePaused' | 'intakeResumed'>;
  readonly onResumed: () => void;
}

/**
 * Scanners whose folders are unavailable (a share that is not mounted). Their files stay queued, untouched,
 * until the folder is back. Trying each file would cost a write to the ledger for each, again and again.
 */
export class ScannerPauses {
  readonly #options: ScannerPausesOptions;
  #paused: readonly string[] = [];
  #isLooking = false;

  constructor(options: ScannerPausesOptions) {
    this.#options = options;
  }

  get paused(): readonly string[] {
    return this.#paused;
  }

  /**
   * Pauses a scanner, after one of its files could not be reached because the folder is missing or does not
   * answer.
   */
  pause(scanner: string): void {
    if (this.#paused.includes(scanner)) return;
    this.#paused = [...this.#paused, scanner];
    this.#options.telemetry.intakePaused({ cause: 'folder', reason: this.reasonOf(scanner) });
  }

  /** Looks for the folders; a timer calls it. A share that does not answer is asked only once at a time. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#paused.length === 0) return;
    this.#isLooking = true;
    try {
      for (const scanner of this.#paused) {
        if (await this.#isBack(scanner)) this.#resume(scanner);
      }
    } finally {
      this.#isLooking = false;
    }
  }

  reasonOf(scanner: string): string {
    return `the folder ${this.#options.folderOf(scanner) ?? ''} of scanner ${scanner} is not there, or does not answer`;
  }

  #resume(scanner: string): void {
    const { telemetry, onResumed } = this.#options;
    this.#paused = this.#paused.filter((name) => name !== scanner);
    if (this.#paused.length === 0)
      telemetry.intakeResumed({ cause: 'folder', reason: `the folder of scanner ${scanner} is back` });
    onResumed();
  }

  /**
   * Whether the folder is back. A scanner that is not configured any more counts as back: its files are then
   * handled individually.
   */
  async #isBack(scanner: string): Promise<boolean> {
    const folder = this.#options.folderOf(scanner);
    if (folder === undefined) return true;
    return stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  }
}
