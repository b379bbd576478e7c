import type { ErrorCode } from './codes.js';
import { errnoOf } from './smearwatch-error.js';

/** What Node's errno names say about a file that cannot be opened or read: the code that it fails with. */
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

/** Everything that has no row counts as unreadable, and is tried again. */
export function fileCodeOf(error: unknown): (typeof FILE_ERRNOS)[keyof typeof FILE_ERRNOS] {
  const errno = errnoOf(error) ?? '';
  return Object.hasOwn(FILE_ERRNOS, errno)
    ? FILE_ERRNOS[errno as keyof typeof FILE_ERRNOS]
    : 'file-unreadable';
}
