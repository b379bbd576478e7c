import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { ScannerConfig } from '../../config/schema.js';
import { usageError } from '../options.js';

export interface FileTarget {
  readonly scanner: string;
  readonly path: string;
}

/** The file that `--path` means: below a scanner's folder, or its whole path on this computer. */
export function fileTarget(
  path: string,
  scanner: string | undefined,
  scanners: readonly ScannerConfig[],
): FileTarget {
  if (!isAbsolute(path)) return { scanner: scanner ?? onlyScanner(scanners), path };
  const found = scanners.find(
    ({ name, folder }) => (scanner === undefined || name === scanner) && isBelow(path, folder),
  );
  if (found) return { scanner: found.name, path: relative(found.folder, resolve(path)).split(sep).join('/') };
  throw usageError(
    `${path} is not in a scanner's folder`,
    'The configuration names the folders; --path may also be relative to one of them, with --scanner.',
  );
}

/** The scanner that is meant where none is named. */
function onlyScanner(scanners: readonly ScannerConfig[]): string {
  const [first, ...others] = scanners;
  if (first && others.length === 0) return first.name;
  const names = scanners.map(({ name }) => name).join(', ');
  throw usageError('Which scanner?', `Give --scanner; the configuration has ${names}.`);
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, resolve(path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
