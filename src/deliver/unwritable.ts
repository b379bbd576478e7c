import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, SmearwatchError } from '../errors.js';

/**
 * Explains why `file` could not be written: if permissions or a read-only file system are the reason, returns
 * an error that says so; otherwise the original error.
 */
export async function explainUnwritable(file: string, error: unknown): Promise<unknown> {
  const errno = errnoOf(error);
  const place = nearestThere(file);
  if (errno === 'EACCES' || errno === 'EPERM') return notPermitted(place, error);
  if (errno === 'EROFS') return readOnly(place, error);
  // Node reports ENOENT when a folder and its parents are made on a read-only file system.
  return errno === 'ENOENT' && (await isReadOnly(place)) ? readOnly(place, error) : error;
}

/** The file, or the nearest folder above it that exists. */
function nearestThere(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestThere(dirname(path));
}

async function isReadOnly(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => false,
    (error: unknown) => errnoOf(error) === 'EROFS',
  );
}

function readOnly(place: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'folder-unwritable',
    `${place} cannot be written: its file system is read-only here`,
    {
      hint: 'Mount it writable. Under systemd, name it in ReadWritePaths= of the unit: all else is read-only for the daemon.',
      cause,
    },
  );
}

function notPermitted(place: string, cause: unknown): SmearwatchError {
  return new SmearwatchError('folder-unwritable', `${place} cannot be written: this user may not`, { cause });
}
