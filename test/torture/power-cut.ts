import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src/random.js';
import { readLog } from './write-ahead-log.js';

/**
 * What a power cut leaves of a ledger whose daemon is frozen (SIGSTOP), put in the place of its files: everything that
 * was synced, and of the rest any part, or rubbish.
 *
 * - A commit is synced before it returns (`synchronous=FULL`), and only one runs at a time. So all commits in the log are
 *   synced, except the last one while the daemon's thread is inside a write or sync of the log: it may be cut off anywhere.
 * - What follows the last commit is not synced: cut off anywhere, zeros or rubbish.
 * - A checkpoint syncs the database after copying pages into it, and only then starts a new log. So pages that the log
 *   still has may be torn in the database.
 * - The shared-memory index is not kept on the disk.
 */
export function cutPower(stateFolder: string, pid: number, random: Random): void {
  const file = join(stateFolder, 'ledger.sqlite');
  rmSync(`${file}-shm`, { force: true });
  if (!existsSync(`${file}-wal`)) return;
  const bytes = readFileSync(`${file}-wal`);
  const log = readLog(bytes);
  if (!log) return;
  const isLastSynced = !isWritingLog(pid);
  const synced = isLastSynced ? log.commits : log.commits.slice(0, -1);
  const end = synced.at(-1)?.end ?? 32;
  writeFileSync(
    `${file}-wal`,
    Buffer.concat([bytes.subarray(0, end), whatIsLeft(bytes.subarray(end), random)]),
  );
  tearPages(file, { pageSize: log.pageSize, pages: synced.flatMap(({ pages }) => pages) }, random);
}

/** x86-64 and arm64 numbers of write, pwrite64, fsync, fdatasync and ftruncate. */
const WRITES = new Map([
  ['x64', new Set(['1', '18', '74', '75', '77'])],
  ['arm64', new Set(['64', '68', '82', '83', '46'])],
]);

/** The frozen main thread, which alone writes the ledger, stands in a system call on the log. */
function isWritingLog(pid: number): boolean {
  const [call = '', descriptor = '0'] = readFileSync(`/proc/${pid}/task/${pid}/syscall`, 'utf8').split(' ');
  if (!WRITES.get(process.arch)?.has(call)) return false;
  return readlinkSync(`/proc/${pid}/fd/${Number(descriptor)}`).endsWith('ledger.sqlite-wal');
}

function whatIsLeft(unsynced: Buffer, random: Random): Buffer {
  const left = Buffer.from(unsynced.subarray(0, random.integer(0, unsynced.length)));
  const torn = left.subarray(random.integer(0, left.length));
  const kind = random.integer(0, 2);
  if (kind === 1) torn.fill(0);
  if (kind === 2) for (let at = 0; at < torn.length; at += 1) torn[at] = random.integer(0, 255);
  return left;
}

function tearPages(
  file: string,
  { pageSize, pages }: { pageSize: number; pages: readonly number[] },
  random: Random,
): void {
  const database = readFileSync(file);
  for (const page of new Set(pages)) {
    const start = (page - 1) * pageSize;
    // The first page says how large the others are: it is written in one sector.
    if (page === 1 || start + pageSize > database.length || random.chance(0.5)) continue;
    database.fill(random.integer(0, 255), start + random.integer(0, pageSize - 1), start + pageSize);
  }
  writeFileSync(file, database);
}
