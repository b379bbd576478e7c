import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { replaceFileSync } from '../../files/replace-file.js';
import { syncFolderSync } from '../../files/sync-file.js';
import { repairUnfinished } from '../failures.js';

/** What of a ledger's files is kept with it: the log may hold results that nothing else holds. */
const KEPT = ['', '-wal'] as const;

/** Names within the state folder. */
interface Swap {
  readonly version: 1;
  readonly damaged: string;
  readonly repaired: string;
}

/**
 * Replaces the ledger by `repaired`, complete and synced, and keeps the old one as `damaged`. That takes
 * three renames. A kill between two of them must not leave a state folder without a ledger, nor the old log
 * next to the new ledger, because SQLite would apply it. So a note of the swap is written first, and the next
 * owner of the state folder finishes it.
 */
export function swapIn(ledger: string, { damaged, repaired }: Omit<Swap, 'version'>): void {
  const note = noteOf(ledger);
  const content = JSON.stringify({ version: 1, damaged, repaired } satisfies Swap);
  replaceFileSync(note, content, { temporary: `${note}.tmp` });
  finishSwap(ledger);
}

/** Finishes a swap that was begun, if there is one. The caller holds the state folder's lock. */
export function finishSwap(ledger: string): void {
  const swap = readNote(ledger);
  if (!swap) return;
  const folder = dirname(ledger);
  const repaired = join(folder, swap.repaired);
  if (existsSync(repaired)) {
    for (const suffix of KEPT) keep(`${ledger}${suffix}`, join(folder, `${swap.damaged}${suffix}`));
    rmSync(`${ledger}-shm`, { force: true });
    syncFolderSync(folder);
    renameSync(repaired, ledger);
    syncFolderSync(folder);
  }
  rmSync(noteOf(ledger));
  syncFolderSync(folder);
}

/**
 * @throws SmearwatchError `ledger-in-repair`: a process that does not own the folder must not make an empty
 *   ledger during a swap
 */
export function refuseUnfinished(ledger: string): void {
  if (existsSync(noteOf(ledger))) throw repairUnfinished(ledger);
}

function keep(file: string, as: string): void {
  if (existsSync(file) && !existsSync(as)) renameSync(file, as);
}

function noteOf(ledger: string): string {
  return join(dirname(ledger), `${basename(ledger)}-repair.json`);
}

function readNote(ledger: string): Swap | undefined {
  if (!existsSync(noteOf(ledger))) return undefined;
  return JSON.parse(readFileSync(noteOf(ledger), 'utf8')) as Swap;
}
