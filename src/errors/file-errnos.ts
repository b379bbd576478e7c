import type { ErrorCode } from './codes.js';
import { errnoOf } from './smearwatch-error.js';

/** Error codes for Node's errno names, for a file that cannot be opened or read. */
export const FILE_ERRNOS = {
  ENOENT: 'file-vanished',
  ENOTDIR: 'file-vanished',
  ENAMETOOLONG: 'path-too-long',
  EACCES: 'file-unreadable',
  EPERM: 'file-unreadable',
  EIO: 'file-unreadable',
  ESTALE: 'file-unreadable',
  EMFILE: 'file-unreadable',
} as const satisfies Readonly<Record<string, ErrorCode>>;

/**
 * The error code of a failure to open or read a file. An errno without a row counts as unreadable, and is
 * tried again.
 */
export function fileCodeOf(error: unknown): (typeof FILE_ERRNOS)[keyof typeof FILE_ERRNOS] {
  const errno = errnoOf(error) ?? '';
  return Object.hasOwn(FILE_ERRNOS, errno)
    ? FILE_ERRNOS[errno as keyof typeof FILE_ERRNOS]
    : 'file-unreadable';
}
