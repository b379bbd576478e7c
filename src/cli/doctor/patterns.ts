import { opendir } from 'node:fs/promises';
import type { Config, ScannerConfig } from '../../config/schema.js';
import { createFileFilter, createMatcher, isUnfinished } from '../../files/file-patterns.js';
import { within } from '../../within.js';
import { ok, warn, type Check } from './check.js';

/** At most this number of names is checked in each folder, for `PATIENCE_MS`: enough to find a mistake. */
const MOST_FILES = 100_000;
const PATIENCE_MS = 5000;

/** What the patterns of each scanner make of the files that are in its folder now. */
export async function checkPatterns({ scanners }: Pick<Config, 'scanners'>): Promise<Check[]> {
  const checks = await Promise.all(
    scanners.map(async (scanner) => checksOf(scanner, await within(PATIENCE_MS + 1000, tallyOf(scanner)))),
  );
  return checks.flat();
}

interface Tally {
  /** Files that are not hidden and finished. */
  files: number;
  firstFile: string | undefined;
  /** Files that match, by pattern. */
  readonly matches: number[];
  /** Files that match a pattern and are excluded. */
  excluded: number;
  firstExcluded: string | undefined;
  images: number;
  isWhole: boolean;
}

function checksOf(scanner: ScannerConfig, tally: Tally | undefined): Check[] {
  const name = `patterns ${scanner.name}`;
  // The check of the folder says why it could not be read.
  if (tally === undefined) return [];
  const { files, images, excluded, firstExcluded, firstFile } = tally;
  const among = tally.isWhole ? `the ${counted(files)}` : `the first ${counted(files)}`;
  if (files === 0) return [ok(name, `${scanner.folder} has no files yet`)];
  if (images === 0 && excluded > 0) {
    const detail = `all ${excluded} that match of ${among} in ${scanner.folder} are excluded, for instance ${firstExcluded ?? ''}`;
    const fix = `Correct "exclude" of scanner ${scanner.name}, or have the images written to another folder.`;
    return [warn(name, detail, fix)];
  }
  const useless = scanner.patterns.filter((_, index) => tally.matches[index] === 0);
  if (useless.length === 0) return [ok(name, `${images} of ${among} in ${scanner.folder} are images`)];
  return useless.map((pattern) => {
    const detail = `"${pattern}" matches none of ${among} in ${scanner.folder}, for instance not ${firstFile ?? ''}`;
    return warn(name, detail, `Correct or remove it in "patterns" of scanner ${scanner.name}.`);
  });
}

function counted(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}

/** Undefined where the folder cannot be read. Excluded folders are looked into as well. */
async function tallyOf(scanner: ScannerConfig): Promise<Tally | undefined> {
  const filter = createFileFilter(scanner);
  const matchers = scanner.patterns.map((pattern) => createMatcher([pattern]));
  const tally: Tally = {
    files: 0,
    firstFile: undefined,
    excluded: 0,
    firstExcluded: undefined,
    images: 0,
    isWhole: true,
    matches: matchers.map(() => 0),
  };
  const until = Date.now() + PATIENCE_MS;
  const count = (file: string): void => {
    const matching = matchers.map((matches) => matches(file));
    const isExcluded = filter.isExcluded(file);
    matching.forEach(
      (matches, index) => (tally.matches[index] = (tally.matches[index] ?? 0) + Number(matches)),
    );
    tally.files += 1;
    tally.firstFile ??= file;
    tally.images += Number(filter.isImage(file));
    if (!isExcluded || !matching.includes(true)) return;
    tally.excluded += 1;
    tally.firstExcluded ??= file;
  };
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of await opendir(`${scanner.folder}/${folder}`)) {
      tally.isWhole &&= tally.files < MOST_FILES && Date.now() < until;
      if (!tally.isWhole) return;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isUnfinished(path)) continue;
      // A folder that may not be entered is the rescan's to report.
      if (entry.isDirectory()) await walk(path).catch(() => undefined);
      else count(path);
    }
  };
  const isRead = await walk('').then(
    () => true,
    () => false,
  );
  return isRead ? tally : undefined;
}
