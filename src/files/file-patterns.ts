import path from 'node:path';
import picomatch from 'picomatch';
import { isSystemName } from './system-names.js';

/** What decides which of a scanner's files count; a scanner's configuration has all of it. */
export interface ScannerFiles {
  readonly folder: string;
  readonly patterns: readonly string[];
  readonly afterwards:
    { readonly action: 'keep' | 'delete' } | { readonly action: 'move'; readonly to: string };
  readonly exclude: readonly string[];
}

/** Which names below the scanner's folder count. Paths are relative to it, with forward slashes. */
export interface FileFilter {
  /** The path is one of an image that the configuration asks for, and not of a temporary or excluded file. */
  isImage(path: string): boolean;
  /** The folder is one to look into. */
  isWatchedFolder(path: string): boolean;
  /**
   * True if the file or folder, or one of its parents, belongs to a server or system, or is excluded by the
   * configuration.
   */
  isExcluded(path: string): boolean;
}

/** What a filter is made of; `exclude` as in the configuration. */
export type FilteredFolder = Pick<ScannerFiles, 'folder' | 'patterns' | 'afterwards'> &
  Partial<Pick<ScannerFiles, 'exclude'>>;

/** What scanners, browsers and copying tools call a file that they have not finished. */
const TEMPORARY = /\.(tmp|part|partial)$/i;

/**
 * Names that start with a dot are ignored, even if a pattern matches them: they are temporary files (rsync),
 * snapshots and waste baskets of servers. Other names that servers and systems reserve are ignored too, and
 * so is the target folder of finished images inside the scanner's folder: every moved image would otherwise
 * be found again as a new one.
 */
export function createFileFilter(scanner: FilteredFolder): FileFilter {
  const matches = createMatcher(scanner.patterns);
  const isExcluded = createExclusion(scanner.exclude ?? []);
  const movedTo = folderOfMoved(scanner);
  return {
    isImage: (file) => !isUnfinished(file) && matches(file) && !isExcluded(file),
    isWatchedFolder: (folder) => !isHidden(folder) && folder !== movedTo && !isExcluded(folder),
    isExcluded,
  };
}

/** Whether a path matches one of some patterns; case does not matter. */
export function createMatcher(patterns: readonly string[]): (path: string) => boolean {
  // `s` lets `**` match a name with a newline in it.
  return picomatch([...patterns], { dot: true, nocase: true, flags: 'is' });
}

/** A name that no pattern makes an image: hidden, or of a file that is not finished. */
export function isUnfinished(file: string): boolean {
  return isHidden(file) || TEMPORARY.test(file);
}

function isHidden(file: string): boolean {
  return file.startsWith('.', file.lastIndexOf('/') + 1);
}

/**
 * Everything inside an excluded folder is excluded. Files come folder by folder, so the last folder is
 * cached.
 */
function createExclusion(patterns: readonly string[]): (path: string) => boolean {
  const matches = patterns.length > 0 ? createMatcher(patterns) : () => false;
  let last = { folder: '', isExcluded: false };
  const isExcluded = (file: string): boolean => {
    const slash = file.lastIndexOf('/');
    return isSystemName(file.slice(slash + 1)) || matches(file) || (slash > 0 && isIn(file.slice(0, slash)));
  };
  const isIn = (folder: string): boolean => {
    if (folder !== last.folder) last = { folder, isExcluded: isExcluded(folder) };
    return last.isExcluded;
  };
  return isExcluded;
}

function folderOfMoved({
  folder,
  afterwards,
}: Pick<ScannerFiles, 'folder' | 'afterwards'>): string | undefined {
  return afterwards.action === 'move' ? path.relative(folder, afterwards.to) : undefined;
}
