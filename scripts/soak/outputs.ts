import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResultRecord } from '../../src/record.js';
import { SCANNER } from '../../test/torture/swaps/world.js';

/** The sink opens its file for each group: a file that is renamed during a write is complete soon after. */
const WHOLE_AFTER_MS = 3000;

/** Takes away what the sinks have written, so that the disk does not fill, and keeps account of it. */
export class Outputs {
  /** Paths of images that have a document, or a line. */
  readonly documents = new Set<string>();
  readonly lines = new Set<string>();
  /** Delivered more than once. */
  repeated = 0;
  /** Greatest number of documents at one time. */
  mostDocuments = 0;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  takeDocuments(): void {
    const folder = join(this.#folder, 'results', SCANNER);
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
    this.mostDocuments = Math.max(this.mostDocuments, names.length);
    for (const name of names) {
      this.#note(this.documents, name.slice(0, -'.json'.length));
      rmSync(join(folder, name));
    }
  }

  /** Takes the lines by renaming the file, like logrotate. */
  async takeLines(): Promise<void> {
    const [file, old] = [join(this.#folder, 'results.ndjson'), join(this.#folder, 'results.ndjson.1')];
    if (!existsSync(file)) return;
    renameSync(file, old);
    await delay(WHOLE_AFTER_MS);
    for (const line of readFileSync(old, 'utf8').split('\n')) {
      if (line !== '') this.#note(this.lines, (JSON.parse(line) as ResultRecord).image.path);
    }
    rmSync(old);
  }

  bytes(): number {
    return statSync(join(this.#folder, 'results.ndjson'), { throwIfNoEntry: false })?.size ?? 0;
  }

  #note(seen: Set<string>, path: string): void {
    if (seen.has(path)) this.repeated += 1;
    seen.add(path);
  }
}
