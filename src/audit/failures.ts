import { messageOf, SmearwatchError } from '../errors.js';

export function unwritable(file: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'audit-unwritable',
    `The audit trail ${file} cannot be written: ${messageOf(cause)}`,
    { cause },
  );
}

export function unreadable(file: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'audit-unreadable',
    `The audit trail ${file} cannot be read: ${messageOf(cause)}`,
    { cause },
  );
}

export function missing(file: string): SmearwatchError {
  return new SmearwatchError('audit-missing', `There is no audit trail ${file}`);
}

export function newer(file: string, version: number): SmearwatchError {
  return new SmearwatchError(
    'audit-newer',
    `The audit trail ${file} has version ${version}, which a later Smearwatch wrote`,
  );
}

export function invalidEntry(event: string, why: string): SmearwatchError {
  return new SmearwatchError('audit-entry-invalid', `The audit entry "${event}" cannot be made: ${why}`);
}
