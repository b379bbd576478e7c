import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/schema.js';
import { errnoOf } from '../errors.js';
import type { Telemetry } from '../telemetry/telemetry.js';

export interface DiskGuardOptions {
  readonly config: () => Config;
  readonly telemetry: Telemetry;
  readonly onResumed: () => void;
  /** Bytes that are free on the disk of a folder. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** Work goes on only once there is clearly room again, not at the first byte. */
const RESUME_FACTOR = 1.25;
const MIB = 1_048_576;

/**
 * Pauses the intake before the disk of the ledger, or one that results or images go to, is full: what is in flight can
 * then still be recorded and delivered, and the rest waits in its folder.
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

  /** Which disk has no room. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** For a timer; a share that does not answer is asked once at a time. */
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
    if (minFreeBytes === 0) return undefined;
    const needed = this.isPaused ? minFreeBytes * RESUME_FACTOR : minFreeBytes;
    for (const [what, folder] of writtenFolders(config)) {
      const free = await this.#freeBytes(folder);
      if (free !== undefined && free < needed) {
        return `only ${Math.floor(free / MIB)} MiB are free on the disk of ${what} (${folder}); ${Math.ceil(needed / MIB)} MiB are needed`;
      }
    }
    return undefined;
  }

  /** Undefined where it cannot be told: whoever writes there says what is wrong. */
  async #freeBytes(folder: string): Promise<number | undefined> {
    return (this.#options.freeBytes ?? freeBytesOf)(folder).catch(() => undefined);
  }
}

function writtenFolders({ stateFolder, sinks, scanners }: Config): (readonly [string, string])[] {
  const results = sinks.map((sink) => {
    const folder = sink.type === 'json' ? sink.folder : dirname(sink.file);
    return [`sink ${sink.name}`, folder] as const;
  });
  const moved = scanners.flatMap(({ name, afterwards }) =>
    afterwards.action === 'move' ? [[`the images of scanner ${name}`, afterwards.to] as const] : [],
  );
  return [['the ledger', stateFolder], ...results, ...moved];
}

async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    // Not made yet: it will be on the disk of its parent.
    if (errnoOf(error) === 'ENOENT' && dirname(folder) !== folder) return freeBytesOf(dirname(folder));
    throw error;
  }
}
