import { setTimeout as delay } from 'node:timers/promises';
import type { Config, ScannerConfig } from '../../config/schema.js';
import { within } from '../../within.js';
import { LabelFileScan, type LabelFileScanParts } from './label-file-scan.js';

/** A file system that no longer answers must not keep the daemon from stopping. */
const STOP_WITHIN_MS = 2000;

/**
 * Looks for label files in the folders of the scanners that use them: at once, then as often as the folders
 * are read again.
 */
export class LabelFileIntake {
  readonly #parts: Omit<LabelFileScanParts, 'signal'>;
  #stopping = new AbortController();
  #looking: Promise<unknown> = Promise.resolve();
  #first: Promise<unknown> = Promise.resolve();

  constructor(parts: Omit<LabelFileScanParts, 'signal'>) {
    this.#parts = parts;
  }

  /** Applies the scanners of a configuration. */
  async use({ scanners }: Pick<Config, 'scanners'>): Promise<void> {
    await this.stop();
    this.#stopping = new AbortController();
    const looks = scanners
      .filter(({ labels }) => labels === 'files')
      .map((scanner) => this.#keepLooking(scanner, this.#stopping.signal));
    this.#first = Promise.all(looks.map(({ first }) => first));
    this.#looking = Promise.all(looks.map(({ ended }) => ended));
  }

  /** Resolves when every folder has been searched once. */
  async whenLooked(): Promise<void> {
    await this.#first;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await within(STOP_WITHIN_MS, this.#looking, { ref: false });
  }

  #keepLooking(scanner: ScannerConfig, signal: AbortSignal): { first: Promise<void>; ended: Promise<void> } {
    const scan = new LabelFileScan(scanner, { ...this.#parts, signal });
    const first = scan.look();
    return { first, ended: first.then(() => lookAgain(scan, scanner.rescanIntervalMs, signal)) };
  }
}

async function lookAgain(scan: LabelFileScan, intervalMs: number, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      // The watchers keep the daemon alive.
      await delay(intervalMs, undefined, { signal, ref: false });
      await scan.look();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
