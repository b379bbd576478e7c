import type { Stats } from 'node:fs';
import { errnoOf, messageOf, SmearwatchError } from '../errors.js';

/**
 * Every sentence about a file that was queued and cannot be read, for technicians. docs/images.md explains
 * each.
 */

export function fileTooLarge(size: number, maxBytes: number): SmearwatchError {
  return new SmearwatchError('file-too-large', `The file has ${size} bytes; the limit is ${maxBytes}`);
}

export function fileChanged(): SmearwatchError {
  return new SmearwatchError('file-changed', 'The file is being written again');
}

export function fileVanished(cause: unknown): SmearwatchError {
  return new SmearwatchError('file-vanished', 'The file was removed before it could be read', { cause });
}

export function folderMissing(folder: string, cause: unknown): SmearwatchError {
  return new SmearwatchError('folder-missing', `The folder ${folder} is not there`, { cause });
}

export function fileIsLink(): SmearwatchError {
  return new SmearwatchError('file-is-link', 'It is a link, and links are not followed');
}

export function fileNotRegular(stats: Stats): SmearwatchError {
  return new SmearwatchError('file-not-regular', `It is ${kindOf(stats)} with the name of an image`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSocket()) return 'a socket';
  if (stats.isFIFO()) return 'a named pipe (FIFO)';
  return 'a device';
}

export function nameNotUtf8(cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'name-not-utf8',
    'The name has bytes that are not UTF-8 (shown as �), so it cannot be opened',
    { cause },
  );
}

/** @param path whole. It may be a folder's. */
export function pathTooLong(path: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'path-too-long',
    `The path has ${Buffer.byteLength(path)} bytes, which is more than the system takes, so it cannot be opened`,
    { cause },
  );
}

const SENTENCES: Readonly<Record<string, readonly [message: string, hint?: string]>> = {
  EACCES: [
    'Smearwatch may not read the file',
    'Give its user the right to read the file and to enter its folders, then: smearwatch replay --quarantined',
  ],
  EIO: [
    'The disk or network share failed while the file was read',
    'Check the disk or share, then: smearwatch replay --quarantined',
  ],
  EMFILE: [
    'The system has no more open files to give',
    'Raise the limit (LimitNOFILE of the service), then: smearwatch replay --quarantined',
  ],
};

export function fileUnreadable(error: unknown): SmearwatchError {
  const errno = errnoOf(error) ?? '';
  const [message, hint] = SENTENCES[errno === 'EPERM' ? 'EACCES' : errno] ?? ['The file cannot be read'];
  return new SmearwatchError('file-unreadable', `${message} (${messageOf(error)})`, { hint, cause: error });
}

/** Not the image's fault: its share hangs. */
export function readTimeout(folder: string, limitMs: number): SmearwatchError {
  return new SmearwatchError('read-timeout', `The folder ${folder} has not answered for ${limitMs / 1000} s`);
}
