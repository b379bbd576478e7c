import path from 'node:path';
import picomatch from 'picomatch';
import type { ScannerConfig } from '../config/schema.js';

/** Which names below the scanner's folder count. Paths are relative to it, with forward slashes. */
export interface FileFilter {
  /** The path is one of an image that the configuration asks for, and not of a temporary file. */
  isImage(path: string): boolean;
  /** The folder is one to look into. */
  isWatchedFolder(path: string): boolean;
}

/** What scanners, browsers and copying tools call a file that they have not finished. */
const TEMPORARY = /\.(tmp|part|partial)$/i;

/**
 * Names that start with a dot are ignored whatever the patterns say: they are temporary files (rsync), snapshots and
 * waste baskets of servers. The folder that finished images are moved to is ignored too where it lies inside the
 * scanner's folder: every moved image would otherwise be found again as a new one.
 */
export function createFileFilter(
  scanner: Pick<ScannerConfig, 'folder' | 'patterns' | 'afterwards'>,
): FileFilter {
  // `s` lets `**` match a name with a newline in it.
  const matches = picomatch([...scanner.patterns], { dot: true, nocase: true, flags: 'is' });
  const movedTo = folderOfMoved(scanner);
  return {
    isImage: (file) => !isHidden(file) && !TEMPORARY.test(file) && matches(file),
    isWatchedFolder: (folder) => !isHidden(folder) && folder !== movedTo,
  };
}

function isHidden(file: string): boolean {
  return file.startsWith('.', file.lastIndexOf('/') + 1);
}

function folderOfMoved({
  folder,
  afterwards,
}: Pick<ScannerConfig, 'folder' | 'afterwards'>): string | undefined {
  return afterwards.action === 'move' ? path.relative(folder, afterwards.to) : undefined;
}
