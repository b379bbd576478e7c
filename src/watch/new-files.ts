import type { ScannerConfig } from '../config/schema.js';
import { createFileFilter, type FileFilter } from '../files/file-patterns.js';
import { forEachLimited } from '../files/limited.js';
import type { Intake } from '../files/seen-file.js';
import { lookAt, walkImages, type FoundFile, type WalkTally } from '../files/walk.js';
import type { UnsettledFiles } from './unsettled-files.js';

const CHUNK_FILES = 256;
const LOOKS_AT_ONCE = 16;

/**
 * Finds the files, in given paths and folders, that the ledger does not hold. It passes them on in chunks.
 */
export class NewFiles {
  readonly filter: FileFilter;

  constructor(
    private readonly options: {
      scanner: ScannerConfig;
      intake: Intake;
      unsettled: UnsettledFiles;
      signal: AbortSignal;
    },
  ) {
    this.filter = createFileFilter(options.scanner);
  }

  /**
   * Reads a folder. What was found and is quiet has been checked for its end, and is in the ledger, before it
   * reads on.
   */
  async read(
    folder: string,
    {
      tally,
      isRecursive,
      take,
    }: { tally: WalkTally; isRecursive: boolean; take: (unknown: FoundFile[]) => void },
  ): Promise<void> {
    const { scanner, signal, unsettled } = this.options;
    const walk = walkImages(scanner.folder, folder, { filter: this.filter, signal, tally, isRecursive });
    for await (const files of walk) {
      if (signal.aborted) return;
      take(this.unknownAmong(files, false));
      await unsettled.checkDue();
    }
  }

  /** Looks at single paths that events named. A path may be a folder, have no image's name, or be gone. */
  async look(paths: readonly string[], take: (unknown: FoundFile[]) => void): Promise<void> {
    const { scanner, signal } = this.options;
    const images = paths.filter((path) => this.filter.isImage(path));
    for (let from = 0; from < images.length; from += CHUNK_FILES) {
      const found: FoundFile[] = [];
      await forEachLimited(images.slice(from, from + CHUNK_FILES), LOOKS_AT_ONCE, async (path) => {
        // A hint that leads nowhere is no news; what cannot be looked at, the rescan reports.
        const file = await lookAt(scanner.folder, path).catch(() => undefined);
        if (file !== undefined) found.push(file);
      });
      if (signal.aborted) return;
      take(this.unknownAmong(found, true));
    }
  }

  /** Candidates are unknown to the ledger without asking, and must be looked at again all the same. */
  private unknownAmong(files: readonly FoundFile[], isChanging: boolean): FoundFile[] {
    const { scanner, intake, unsettled } = this.options;
    const candidates = files.filter(({ path }) => unsettled.has(path));
    const others = files.filter(({ path }) => !unsettled.has(path));
    if (others.length === 0) return candidates;
    return [...candidates, ...intake.unknownAmong(scanner.name, others, isChanging)];
  }
}
