import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateSmears } from '../../../src/generate/write-smears.js';
import { withComment } from '../../fixtures/jpeg-comment.js';
import { compiled } from '../../fixtures/compiled.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A file that was given to the scanner. */
export interface FedImage {
  readonly path: string;
  readonly sha256: string;
  /** Which of the smears it shows. */
  readonly smear: number;
  /** Milliseconds since 1970. */
  readonly fedAt: number;
}

/** Some hundred smears as JPEG, to make any number of files of. */
export async function drawSmears(folder: string, count: number, size: Size): Promise<Buffer[]> {
  const workerUrl = compiled('generate/worker.js');
  await generateSmears({ outDir: folder, count, format: 'jpeg', layout: 'flat', ...size, workerUrl });
  const names = readdirSync(folder).filter((name) => name.startsWith('smear-'));
  return names.map((name) => readFileSync(join(folder, name)));
}

/** How often a backlog is looked at: what is fed in between must keep the daemon busy. */
const LOOK_INTERVAL_MS = 100;

/** Files for one scanner's folder, each with bytes of its own, as many as are wanted. */
export class Feed {
  readonly folder: string;
  readonly fed: FedImage[] = [];
  readonly #smears: readonly Buffer[];
  readonly #arriving: string;

  /** Files are written beside the scanner's folder, and renamed into it when they are whole. */
  constructor(folder: string, smears: readonly Buffer[]) {
    this.folder = folder;
    this.#smears = smears;
    this.#arriving = `${folder}-arriving`;
    mkdirSync(folder, { recursive: true });
  }

  /** One more. It is old enough to have settled: it is queued at once. */
  put(): FedImage {
    const number = this.fed.length;
    const smear = number % this.#smears.length;
    const path = `image-${String(number).padStart(7, '0')}.jpg`;
    const bytes = withComment(this.#smears[smear] ?? Buffer.alloc(0), path);
    this.putBytes(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const image = { path, sha256, smear, fedAt: Date.now() };
    this.fed.push(image);
    return image;
  }

  putBytes(path: string, bytes: Buffer): void {
    writeFileSync(this.#arriving, bytes);
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(this.#arriving, anHourAgo, anHourAgo);
    renameSync(this.#arriving, join(this.folder, path));
  }

  /**
   * Keeps this number of images waiting until the signal comes; `ended` returns the number of all that ended.
   */
  async keepWaiting(images: number, ended: () => Promise<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const open = this.fed.length - (await ended());
      for (let missing = images - open; missing > 0; missing -= 1) this.put();
      await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Feeds `perSecond` images a second, evenly, until the signal comes. */
  async trickle(perSecond: number, signal: AbortSignal): Promise<void> {
    const startMs = performance.now();
    for (let sent = 0; !signal.aborted; sent += 1) {
      const dueMs = startMs + (sent * 1000) / perSecond;
      await delay(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(() => undefined);
      if (!isOver(signal)) this.put();
    }
  }
}

/** Reads the signal again after each await. */
function isOver({ aborted }: AbortSignal): boolean {
  return aborted;
}
