import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { errnoOf } from '../errors.js';

/**
 * Errors that mean that a name is refused, rather than that a disk is full or failing: characters that the
 * file system does not support (a Windows share), a path that is too long, or a folder in place of a file or
 * a file in place of a folder (an image `x.png` next to a folder `x.png.json`).
 */
const NAME_ERRORS = new Set(['EINVAL', 'EILSEQ', 'ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY']);
const LONGEST_STEM = 200;

/** Whether a file system refuses a name, so that another name would do. */
export function isNameRefused(error: unknown): boolean {
  return NAME_ERRORS.has(errnoOf(error) ?? '');
}

/**
 * A name for a path that every file system accepts: only letters, digits and `._-`, and a hash that makes it
 * unique.
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
