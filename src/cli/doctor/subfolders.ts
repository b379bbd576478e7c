import type { Config, ScannerConfig } from '../../config/schema.js';
import { messageOf } from '../../errors.js';
import { createFileFilter } from '../../files/file-patterns.js';
import { emptyTally, walkImages } from '../../files/walk.js';
import { within } from '../../within.js';
import { fail, type Check } from './check.js';

/** A tree that takes longer is looked at in part: the daemon's first rescan says the rest. */
const PATIENCE_MS = 5000;

/** The scanners that have subfolders which this user may not read; images in them would never be taken in. */
export async function checkSubfolders({ scanners }: Config): Promise<Check[]> {
  const checks = await Promise.all(scanners.map(checkScanner));
  return checks.filter((check) => check !== undefined);
}

async function checkScanner(scanner: ScannerConfig): Promise<Check | undefined> {
  const stopping = new AbortController();
  const tally = emptyTally();
  await within(PATIENCE_MS, readFolders(scanner, tally, stopping.signal)).finally(() => stopping.abort());
  if (tally.unreadable === 0) return undefined;
  const folders = tally.unreadable === 1 ? '1 folder' : `${tally.unreadable} folders`;
  return fail(
    `scanner ${scanner.name}`,
    `${folders} in ${scanner.folder} cannot be read: ${messageOf(tally.firstError)}`,
    'Give this user the right to read and enter them (rx).',
  );
}

/** Reads the folders as a rescan does, but opens no image. */
async function readFolders(
  scanner: ScannerConfig,
  tally: ReturnType<typeof emptyTally>,
  signal: AbortSignal,
): Promise<void> {
  const filter = { ...createFileFilter(scanner), isImage: () => false };
  try {
    const walk = walkImages(scanner.folder, '', { filter, signal, tally, isRecursive: true });
    while (!(await walk.next()).done);
  } catch {
    // The check of the folder itself says what is wrong with it.
  }
}
