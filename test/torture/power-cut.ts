import { DatabaseSync } from '@photostructure/sqlite';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../src/random.js';
import { FRAME_HEADER_BYTES, HEADER_BYTES, readLog, type Commit } from './write-ahead-log.js';

/**
 * What a power cut leaves of a ledger whose daemon is frozen (SIGSTOP), put in the place of its files:
 * everything that was synced, and of the rest any part, or rubbish.
 *
 * - A commit is synced before it returns (`synchronous=FULL`), and only one runs at a time. So all commits in
 *   the log are synced, except the last one while the daemon's thread is inside a write or sync of the log:
 *   it may be cut off anywhere.
 * - Queued files, claims and acknowledged deliveries are not synced (`Database.withoutSync`): any number of
 *   them may be missing, up to the last commit of another kind. Their changes show which commits these are.
 * - What follows the last commit is not synced: cut off anywhere, zeros or rubbish.
 * - A checkpoint syncs the database after copying pages into it, and only then starts a new log. So pages
 *   that the log still has may be torn in the database.
 * - The shared-memory index is not kept on the disk.
 */
export function cutPower(stateFolder: string, pid: number, random: Random): void {
  const file = join(stateFolder, 'ledger.sqlite');
  const checkpointed = framesCheckpointed(`${file}-shm`);
  rmSync(`${file}-shm`, { force: true });
  if (!existsSync(`${file}-wal`)) return;
  const bytes = readFileSync(`${file}-wal`);
  const log = readLog(bytes);
  if (!log) return;
  const whole = isWritingLog(pid) ? log.commits.slice(0, -1) : log.commits;
  const unsynced = unsyncedOf(
    file,
    bytes,
    whole,
    checkpointed * (log.pageSize + FRAME_HEADER_BYTES) + HEADER_BYTES,
  );
  const synced = whole.slice(0, whole.length - random.integer(0, unsynced));
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

/** Returns true if the frozen main thread, the only writer of the ledger, is in a system call on the log. */
function isWritingLog(pid: number): boolean {
  const [call = '', descriptor = '0'] = readFileSync(`/proc/${pid}/task/${pid}/syscall`, 'utf8').split(' ');
  if (!WRITES.get(process.arch)?.has(call)) return false;
  return readlinkSync(`/proc/${pid}/fd/${Number(descriptor)}`).endsWith('ledger.sqlite-wal');
}

/** How many of the last commits were not synced: none that ends before `checkpointed`. */
function unsyncedOf(file: string, log: Buffer, commits: readonly Commit[], checkpointed: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'smearwatch-power-'));
  try {
    const after = (count: number): string => {
      const copy = join(folder, `${count}.sqlite`);
      copyFileSync(file, copy);
      writeFileSync(`${copy}-wal`, log.subarray(0, commits[count - 1]?.end ?? 32));
      return syncedContent(copy);
    };
    let count = commits.length;
    let content = after(count);
    // Nothing is read of a database that the log's first commit makes.
    while (count > 1 && (commits[count - 2]?.end ?? 0) > checkpointed) {
      const before = after(count - 1);
      if (before !== content) break;
      [content, count] = [before, count - 1];
    }
    return commits.length - count;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Everything but what queueing, claims and acknowledgements change. */
function syncedContent(file: string): string {
  const database = new DatabaseSync(file);
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const names = tables
      .map(({ name }) => String(name))
      .filter((name) => !['outbox', 'counts'].includes(name));
    const rowsOf = (name: string) => database.prepare(`SELECT * FROM "${name}"`).all() as Row[];
    return JSON.stringify(
      names.map((name) => (name === 'files' ? rowsOf(name).filter(hasEnded) : rowsOf(name))),
    );
  } finally {
    database.close();
  }
}

type Row = Record<string, unknown>;

function hasEnded({ state }: Row): boolean {
  return state === 'done' || state === 'quarantined';
}

/**
 * Frames that a checkpoint has synced before it copied them: `nBackfillAttempted` of the shared-memory index.
 */
function framesCheckpointed(index: string): number {
  return existsSync(index) ? readFileSync(index).readUInt32LE(128) : 0;
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
