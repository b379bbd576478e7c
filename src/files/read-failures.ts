import type { Stats } from 'node:fs';
import { errnoOf, messageOf, SmearwatchError } from '../errors.js';

/** Every sentence about a file that was queued and cannot be read, for technicians. docs/images.md explains each. */

export function fileTooLarge(size: number, maxBytes: number): SmearwatchError {
  return new SmearwatchError(`The file has ${size} bytes; the limit is ${maxBytes}`, {
    code: 'file-too-large',
    hint: 'Raise pipeline.maxFileBytes if the scanner really writes such files.',
  });
}

export function fileChanged(): SmearwatchError {
  return new SmearwatchError('The file is being written again', { code: 'file-changed' });
}

export function fileVanished(cause: unknown): SmearwatchError {
  return new SmearwatchError('The file was removed before it could be read', {
    code: 'file-vanished',
    hint: 'When it is there again, it is classified by itself.',
    cause,
  });
}

export function folderMissing(folder: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The folder ${folder} is not there`, { code: 'folder-missing', cause });
}

export function fileIsLink(): SmearwatchError {
  return new SmearwatchError('It is a link, and links are not followed', {
    code: 'file-is-link',
    hint: "Put the image itself in the link's place.",
  });
}

export function fileNotRegular(stats: Stats): SmearwatchError {
  return new SmearwatchError(`It is ${kindOf(stats)} with the name of an image`, {
    code: 'file-not-regular',
    hint: 'Find out what made it, and have it made elsewhere.',
  });
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSocket()) return 'a socket';
  if (stats.isFIFO()) return 'a named pipe (FIFO)';
  return 'a device';
}

export function nameNotUtf8(cause: unknown): SmearwatchError {
  return new SmearwatchError('The name has bytes that are not UTF-8 (shown as �), so it cannot be opened', {
    code: 'name-not-utf8',
    hint: 'Rename it and all that look like it, or mount the share with the right character set.',
    cause,
  });
}

/** @param path whole. It may be a folder's. */
export function pathTooLong(path: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    `The path has ${Buffer.byteLength(path)} bytes, which is more than the system takes, so it cannot be opened`,
    {
      code: 'path-too-long',
      hint: 'Shorten the names of its folders, or make one of them a mount point; if it is a folder, this is about all that is in it.',
      cause,
    },
  );
}

const SENTENCES: Readonly<Record<string, readonly [message: string, hint: string]>> = {
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
  const [message, hint] = SENTENCES[errno === 'EPERM' ? 'EACCES' : errno] ?? [
    'The file cannot be read',
    'Check the file, its disk or network share, then: smearwatch replay --quarantined',
  ];
  return new SmearwatchError(`${message} (${messageOf(error)})`, {
    code: 'file-unreadable',
    hint,
    cause: error,
  });
}

/** Not the image's fault: its share hangs. */
export function readTimeout(folder: string, limitMs: number): SmearwatchError {
  return new SmearwatchError(`The folder ${folder} has not answered for ${limitMs / 1000} s`, {
    code: 'read-timeout',
    hint: 'Check the network share; its files are taken up again by themselves.',
  });
}
