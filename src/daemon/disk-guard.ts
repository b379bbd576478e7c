import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { folderOfSink } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { errnoOf } from '../errors.js';
import type { Telemetry } from '../telemetry/telemetry.js';

export interface DiskGuardOptions {
  readonly config: () => Config;
  readonly telemetry: Pick<Telemetry, 'intakePaused' | 'intakeResumed' | 'disksMeasured'>;
  readonly onResumed: () => void;
  /** Free bytes on the disk of a folder. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/* Resuming needs clearly more room than pausing, so that the intake does not switch with every file. */
const RESUME_FACTOR = 1.25;
const MIB = 1_048_576;

/**
 * Pauses the intake before a disk is full: the ledger's, or one that results or images go to. What is in
 * flight can then still be recorded and delivered; all other images wait in their folders.
 */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  #isLooking = false;
  #reason: string | undefined;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  get isPaused(): boolean {
    return this.#reason !== undefined;
  }

  /** The disk that has no room, in words; undefined while all have room. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Checks the disks; a timer calls it. A share that does not answer is asked only once at a time. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      this.#adopt(await this.#findFull());
    } finally {
      this.#isLooking = false;
    }
  }

  #adopt(reason: string | undefined): void {
    const before = this.#reason;
    this.#reason = reason;
    const { telemetry, onResumed } = this.#options;
    if (before === undefined && reason !== undefined) telemetry.intakePaused({ cause: 'disk', reason });
    if (before !== undefined && reason === undefined) {
      telemetry.intakeResumed({ cause: 'disk', reason: 'there is room on the disk again' });
      onResumed();
    }
  }

  async #findFull(): Promise<string | undefined> {
    const config = this.#options.config();
    const { minFreeBytes } = config.disk;
    const disks = await this.#measure(config);
    this.#options.telemetry.disksMeasured({ disks, minFreeBytes });
    const needed = this.isPaused ? minFreeBytes * RESUME_FACTOR : minFreeBytes;
    const full = disks.find(({ freeBytes }) => freeBytes < needed);
    return (
      full &&
      `only ${Math.floor(full.freeBytes / MIB)} MiB are free on the disk of ${full.what} (${full.folder}); ${Math.ceil(needed / MIB)} MiB are needed`
    );
  }

  /** The guarded disks whose free space could be measured. */
  async #measure(config: Config): Promise<(GuardedDisk & { readonly freeBytes: number })[]> {
    const disks = [];
    for (const written of writtenFolders(config)) {
      const freeBytes = await this.#freeBytes(written.folder);
      if (freeBytes !== undefined) disks.push({ ...written, freeBytes });
    }
    return disks;
  }

  /**
   * Free bytes on the disk of a folder; undefined if it cannot be measured. The part that writes there
   * reports why.
   */
  async #freeBytes(folder: string): Promise<number | undefined> {
    return (this.#options.freeBytes ?? freeBytesOf)(folder).catch(() => undefined);
  }
}

interface GuardedDisk {
  /** Name of the disk in metrics. */
  readonly disk: string;
  readonly what: string;
  readonly folder: string;
}

function writtenFolders({ stateFolder, sinks, scanners }: Config): GuardedDisk[] {
  const results = sinks.flatMap((sink) => {
    const folder = folderOfSink(sink);
    return folder === undefined ? [] : [{ disk: `sink-${sink.name}`, what: `sink ${sink.name}`, folder }];
  });
  const moved = scanners.flatMap(({ name, afterwards }) =>
    afterwards.action === 'move'
      ? [{ disk: `images-${name}`, what: `the images of scanner ${name}`, folder: afterwards.to }]
      : [],
  );
  return [{ disk: 'ledger', what: 'the ledger', folder: stateFolder }, ...results, ...moved];
}

async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    // The folder is not made yet: it will be on the disk of its parent.
    if (errnoOf(error) === 'ENOENT' && dirname(folder) !== folder) return freeBytesOf(dirname(folder));
    throw error;
  }
}
