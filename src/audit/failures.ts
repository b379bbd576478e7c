import { messageOf, SmearwatchError } from '../errors.js';

export function unwritable(file: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The audit trail ${file} cannot be written: ${messageOf(cause)}`, {
    code: 'audit-unwritable',
    hint:
      'Check that the state folder is writable by this user and that the disk is not full. If the file itself is damaged, ' +
      'keep it under another name: a new trail begins, and its first entry names the last one known of the old.',
    cause,
  });
}

export function unreadable(file: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The audit trail ${file} cannot be read: ${messageOf(cause)}`, {
    code: 'audit-unreadable',
    hint: 'Check that this user may read it, and what `smearwatch audit verify` says about it.',
    cause,
  });
}

export function missing(file: string): SmearwatchError {
  return new SmearwatchError(`There is no audit trail ${file}`, {
    code: 'audit-missing',
    hint: 'It is made by the first `smearwatch run`. Is this the right configuration or state folder?',
  });
}

export function newer(file: string, version: number): SmearwatchError {
  return new SmearwatchError(
    `The audit trail ${file} has version ${version}, which a later Smearwatch wrote`,
    {
      code: 'audit-newer',
      hint: 'Install the Smearwatch that wrote it, or a later one.',
    },
  );
}

export function invalidEntry(event: string, why: string): SmearwatchError {
  return new SmearwatchError(`The audit entry "${event}" cannot be made: ${why}`, {
    code: 'audit-entry-invalid',
    hint: 'This is a mistake in Smearwatch; please report it.',
  });
}
