import { isDeepStrictEqual } from 'node:util';
import type { Config, ScannerConfig } from '../config/schema.js';
import { messageOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import type { Intake } from '../files/seen-file.js';
import { ScannerWatcher, type WatcherDependencies } from '../watch/scanner-watcher.js';

import type { ScannerStatus } from './http/status.js';

export interface ScannerProblem {
  readonly scanner: string;
  readonly error: unknown;
}

/** The watchers of all scanners that the configuration in force names. */
export class ScannerIntake {
  readonly #intake: Intake;
  readonly #telemetry: WatcherDependencies['telemetry'];
  #watchers = new Map<string, { scanner: ScannerConfig; watcher: ScannerWatcher }>();

  /** `onQueued` is called when files were queued. */
  constructor(queue: Intake, telemetry: WatcherDependencies['telemetry'], onQueued: () => void) {
    this.#telemetry = telemetry;
    this.#intake = {
      unknownAmong: (...seen) => queue.unknownAmong(...seen),
      enqueue: (scanner, files) => {
        faultPoint('settled-not-queued');
        queue.enqueue(scanner, files);
        faultPoint('queued');
        onQueued();
      },
    };
  }

  /** Starts, replaces and stops watchers until they match the configuration. */
  async watch({ scanners }: Config): Promise<void> {
    const wanted = new Map(scanners.map((scanner) => [scanner.name, scanner]));
    for (const [name, { scanner, watcher }] of [...this.#watchers]) {
      if (isDeepStrictEqual(wanted.get(name), scanner)) continue;
      this.#watchers.delete(name);
      await watcher.stop();
    }
    const added = scanners.filter(({ name }) => !this.#watchers.has(name));
    await Promise.all(added.map((scanner) => this.#start(scanner)));
  }

  async #start(scanner: ScannerConfig): Promise<void> {
    const watcher = new ScannerWatcher(scanner, { intake: this.#intake, telemetry: this.#telemetry });
    this.#watchers.set(scanner.name, { scanner, watcher });
    await watcher.start();
  }

  /** Checks whether folders have disappeared or are back; a timer calls it. */
  look(): void {
    for (const { watcher } of this.#watchers.values()) void watcher.look();
  }

  /** The scanners of which some or all images are not taken in, with the reason. */
  problems(): ScannerProblem[] {
    return [...this.#watchers].flatMap(([scanner, { watcher }]) =>
      watcher.problem === undefined ? [] : [{ scanner, error: watcher.problem }],
    );
  }

  /** Part of /status about a scanner. A scanner that is not watched yet has seen no files. */
  status(name: string): Omit<ScannerStatus, 'name' | 'folder'> {
    const { unsettled, rescannedAtMs, problem } = this.#watchers.get(name)?.watcher ?? {};
    return {
      unsettled: unsettled?.count ?? 0,
      rescannedAt: rescannedAtMs === undefined ? undefined : new Date(rescannedAtMs).toISOString(),
      problem: problem === undefined ? undefined : messageOf(problem),
    };
  }

  /**
   * Resolves once everything that was in the folders at the start is queued or known, except files that have
   * been written to for longer than they should. Returns the number of these.
   */
  async whenSettled(): Promise<number> {
    const watchers = [...this.#watchers.values()].map(({ watcher }) => watcher);
    await Promise.all(watchers.map((watcher) => watcher.whenSettled()));
    return watchers.reduce((sum, { unsettled }) => sum + unsettled.overdue, 0);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watchers.values()].map(({ watcher }) => watcher.stop()));
  }
}
