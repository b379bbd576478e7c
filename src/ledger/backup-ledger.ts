import { existsSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf, messageOf, SmearwatchError } from '../errors.js';
import { digestFile } from '../files/digest-file.js';
import { replaceFileBy } from '../files/replace-file.js';
import { damaged, isDamage } from './failures.js';
import { withReadOnly } from './verify/connection.js';
import { verifyLedger } from './verify/verify-ledger.js';

export interface LedgerBackup {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly files: number;
  readonly results: number;
}

/**
 * Writes the ledger as it is at one moment into `target`, which appears complete, verified and on the disk,
 * or not at all. The daemon continues to work: `VACUUM INTO` reads one snapshot. (SQLite's backup API begins
 * again whenever another process commits, which under load is always.) The copy is one file without a
 * write-ahead log and without free pages.
 * @throws SmearwatchError `backup-exists`, `backup-failed`, `ledger-damaged`, and what opening the ledger
 *   throws
 */
export async function backupLedger(file: string, target: string): Promise<LedgerBackup> {
  if (existsSync(target)) throw exists(target);
  const refuseOther = (): void => {
    // Another process may have made one of that name in the meantime.
    if (existsSync(target)) throw exists(target);
  };
  try {
    const made = await replaceFileBy(resolve(target), (partial) => makeCopy(file, partial), {
      beforeRename: refuseOther,
    });
    return { file: target, ...made };
  } catch (error) {
    throw error instanceof SmearwatchError ? error : failed(target, error);
  }
}

async function makeCopy(file: string, partial: string): Promise<Omit<LedgerBackup, 'file'>> {
  try {
    copyInto(file, partial);
    const { files, results, problems } = verifyLedger(partial);
    if (problems[0]) throw damaged(file, new Error(`its copy says: ${problems[0].message}`));
    return { ...(await digestFile(partial)), files, results };
  } finally {
    for (const suffix of ['-wal', '-shm', '-journal']) rmSync(`${partial}${suffix}`, { force: true });
  }
}

function copyInto(file: string, partial: string): void {
  withReadOnly(file, ({ connection }) => {
    try {
      connection.prepare('VACUUM INTO ?').run(partial);
    } catch (error) {
      throw isDamage(error) ? damaged(file, error) : error;
    }
  });
}

function exists(target: string): SmearwatchError {
  return new SmearwatchError('backup-exists', `${target} exists already`);
}

function failed(target: string, cause: unknown): SmearwatchError {
  const isMissing = errnoOf(cause) === 'ENOENT' || !existsSync(dirname(resolve(target)));
  return new SmearwatchError('backup-failed', `The backup ${target} cannot be written: ${messageOf(cause)}`, {
    hint: isMissing
      ? 'Make its folder first.'
      : 'Check that this user may write there and that there is room for a second ledger. The ledger itself is as it was.',
    cause,
  });
}
