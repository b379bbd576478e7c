import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFileSync } from '../../files/sync-file.js';
import { Database } from '../database.js';
import { missing, unrecoverable } from '../failures.js';
import { ledgerFile } from '../ledger-file.js';
import { lockState } from '../lock.js';
import { makeMissingLedger } from '../new-ledger.js';
import { verifyLedger, type LedgerProblem } from '../verify/verify-ledger.js';
import { derivePredictions, oweAgain } from './derive.js';
import { openReadableCopy } from './readable-copy.js';
import { salvage, type Salvaged, type SalvagedTable } from './salvage.js';
import { finishSwap, swapIn } from './swap.js';

export interface RepairedLedger extends Salvaged {
  /** The problems that were found. */
  readonly problems: readonly LedgerProblem[];
  /** The file that keeps the damaged ledger. */
  readonly damagedFile: string;
  /** Number of deliveries that were queued again, since it is unknown which of them were made. */
  readonly redelivered: number;
}

/**
 * Makes a new ledger of all that can be read of the present one, which is kept in the same folder under
 * another name. Nothing in the state folder changes until the new one is complete, verified and on the disk;
 * then the files are swapped (see `finishSwap`). `sinksOf` names the sinks of a scanner's results.
 * @returns undefined when nothing is wrong with the ledger
 * @throws SmearwatchError `ledger-in-use`, `ledger-missing`, `ledger-too-old`, `ledger-newer`,
 *   `ledger-unrecoverable`
 */
export function repairLedger(
  stateFolder: string,
  sinksOf: (scanner: string) => readonly string[],
): RepairedLedger | undefined {
  const file = ledgerFile(stateFolder);
  if (!existsSync(stateFolder)) throw missing(file);
  const unlock = lockState(stateFolder);
  const workFolder = join(stateFolder, 'ledger-repair.tmp');
  try {
    finishSwap(file);
    const { problems } = verifyLedger(file);
    if (problems.length === 0) return undefined;
    // Of a repair that was killed.
    rmSync(workFolder, { recursive: true, force: true });
    mkdirSync(workFolder);
    return { problems, ...replace(file, workFolder, sinksOf) };
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
    unlock();
  }
}

function replace(
  file: string,
  workFolder: string,
  sinksOf: (scanner: string) => readonly string[],
): Omit<RepairedLedger, 'problems'> {
  const fresh = join(workFolder, 'ledger.sqlite');
  const made = makeFresh(file, fresh, workFolder, sinksOf);
  const { problems } = verifyLedger(fresh);
  if (problems[0]) throw new Error(`the repaired ledger is not right: ${problems[0].message}`);
  for (const suffix of ['-wal', '-shm']) rmSync(`${fresh}${suffix}`, { force: true });
  giveToOwner(fresh, file);
  syncFileSync(fresh);
  const time = new Date().toISOString().replace(/[:.]/g, '-');
  const [damaged, repaired] = [`ledger-damaged-${time}.sqlite`, `ledger-repaired-${time}.sqlite`];
  renameSync(fresh, join(dirname(file), repaired));
  swapIn(file, { damaged, repaired });
  return { ...made, damagedFile: join(dirname(file), damaged) };
}

function makeFresh(
  file: string,
  fresh: string,
  workFolder: string,
  sinksOf: (scanner: string) => readonly string[],
): Salvaged & { readonly redelivered: number } {
  const source = openReadableCopy(file, workFolder);
  makeMissingLedger(fresh);
  const target = Database.open(fresh);
  try {
    // Synced once, as a whole, before it takes the ledger's place.
    target.run('PRAGMA synchronous = OFF');
    const salvaged = salvage(source, target);
    refuseNothing(file, salvaged);
    derivePredictions(target);
    const redelivered = isWhole(salvaged.tables['outbox']) ? 0 : oweAgain(target, sinksOf);
    target.run('PRAGMA wal_checkpoint(TRUNCATE)');
    return { ...salvaged, redelivered };
  } finally {
    target.close();
    source.close();
  }
}

function isWhole(table: SalvagedTable | undefined): boolean {
  return table !== undefined && table.unreadable === 0 && table.why === undefined;
}

/** An empty ledger in the place of one that a tool may still read would look like success. */
function refuseNothing(file: string, { tables }: Salvaged): void {
  const { files, results } = tables;
  if ((files?.recovered ?? 0) + (results?.recovered ?? 0) > 0) return;
  const why = files?.why ?? results?.why;
  if (why !== undefined || (files?.refused ?? 0) > 0) throw unrecoverable(file, why ?? 'no row is right');
}

/** A repair that root types must not keep the daemon's own user from writing ever after. */
function giveToOwner(fresh: string, file: string): void {
  const { uid, gid, mode } = statSync(file);
  if (process.getuid?.() === 0) chownSync(fresh, uid, gid);
  chmodSync(fresh, mode);
}
