import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { errnoOf } from '../errors.js';

/**
 * What file systems answer to a name rather than to a full or failing disk: characters that it does not have
 * (a share of Windows), too long a path, or a folder where the file should be and the other way round (an
 * image `x.png` beside a folder `x.png.json`).
 */
const NAME_ERRORS = new Set(['EINVAL', 'EILSEQ', 'ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY']);
const LONGEST_STEM = 200;

/** Whether a file system refuses a name, so that another name would do. */
export function isNameRefused(error: unknown): boolean {
  return NAME_ERRORS.has(errnoOf(error) ?? '');
}

/**
 * A name that every file system takes, for a path: letters, digits and `._-` only, told apart from others by
 * a hash.
 */
export function plainName(path: string, suffix: string): string {
  const stem = basename(path)
    .replace(/[^\w.-]/g, '_')
    .slice(0, LONGEST_STEM);
  return `${stem}-${hashOfPath(path)}${suffix}`;
}

export function hashOfPath(path: string): string {
  return hash('sha256', path, 'hex').slice(0, 16);
}
