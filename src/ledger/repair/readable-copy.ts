import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { hasCode, messageOf, SmearwatchError } from '../../errors.js';
import { Database } from '../database.js';
import { unrecoverable } from '../failures.js';
import { makeMissingLedger } from '../new-ledger.js';
import { versionOf } from '../version.js';

/** Every ledger has SQLite's default. */
const PAGE_BYTES = 4096;
const HEADER_BYTES = 100;
const AT = { pages: 28, freePages: 32, freeCount: 36 } as const;

/** Without the others, images are only done again or lose their labels. */
const VITAL = ['results', 'files'];
/** Tables that are recovered, by the version from which on a ledger has them. */
const ALL_TABLES: readonly (readonly [since: number, tables: readonly string[]])[] = [
  [1, [...VITAL, 'outbox', 'labels', 'label_history', 'waiting_labels', 'label_files', 'drift_references']],
];

/** A way to a copy that can be asked: what is put over it, and whether it must know every table then. */
interface Attempt {
  readonly transplant: readonly FilePiece[];
  readonly needsAll: boolean;
}

interface FilePiece {
  readonly offset: number;
  readonly bytes: Buffer;
}

/**
 * Copies a damaged ledger into `folder` and makes its tables readable. The original is only read. If the
 * first page is damaged, SQLite does not recognise the file as a database. But a ledger's tables are always
 * made in the same order and are in the same places in a new ledger, so its header, its first page or its
 * whole schema can replace the damaged part. (A ledger of an earlier version may have its tables elsewhere;
 * then their rows are invalid and are refused.)
 * @throws SmearwatchError `ledger-unrecoverable`, `ledger-too-old`, `ledger-newer`
 */
export function openReadableCopy(file: string, folder: string): DatabaseSyncInstance {
  let cause: unknown;
  for (const [index, attempt] of attempts(join(folder, 'new.sqlite')).entries()) {
    const copy = join(folder, `copy-${index}.sqlite`);
    copyWithLog(file, copy);
    putOver(copy, attempt.transplant);
    try {
      return openTolerant(copy, file, attempt.needsAll);
    } catch (error) {
      // Another header does not help a ledger that is too old or too new, but it may help if the header is
      // damaged.
      if (error instanceof SmearwatchError && !hasCode(error, 'ledger-damaged')) throw error;
      cause = error;
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${copy}${suffix}`, { force: true });
    }
  }
  throw unrecoverable(file, messageOf(cause), cause);
}

/** Least first: what the ledger itself says is worth more. */
function attempts(scratch: string): Attempt[] {
  const pages = schemaPages(scratch);
  const [first] = pages;
  if (!first) throw new Error('a new ledger has no first page');
  const header = { offset: 0, bytes: first.bytes.subarray(0, HEADER_BYTES) };
  return [
    { transplant: [], needsAll: true },
    { transplant: [header], needsAll: true },
    { transplant: [first], needsAll: true },
    { transplant: [], needsAll: false },
    { transplant: pages, needsAll: false },
  ];
}

function openTolerant(copy: string, file: string, needsAll: boolean): DatabaseSyncInstance {
  const connection = new DatabaseSync(copy, { defensive: false });
  try {
    // Lets SQLite continue if the file is shorter than its header says, or the definition of an index is
    // damaged.
    connection.exec('PRAGMA writable_schema = ON');
    const version = versionOf(connection, file);
    const needed = needsAll
      ? ALL_TABLES.flatMap(([since, tables]) => (since <= version ? tables : []))
      : VITAL;
    for (const table of [...VITAL, ...needed]) connection.prepare(`SELECT * FROM ${table} LIMIT 0`).all();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The pages of a new ledger that say where its tables are, the first one first. */
function schemaPages(scratch: string): FilePiece[] {
  makeMissingLedger(scratch);
  const database = Database.open(scratch);
  const numbers = database
    .prepare("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema' ORDER BY pageno")
    .all()
    .map(({ pageno }) => Number(pageno));
  database.run('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  const bytes = readFileSync(scratch);
  return numbers.map((number) => {
    const offset = (number - 1) * PAGE_BYTES;
    return { offset, bytes: bytes.subarray(offset, offset + PAGE_BYTES) };
  });
}

function copyWithLog(file: string, copy: string): void {
  copyFileSync(file, copy, constants.COPYFILE_FICLONE);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE);
}

function putOver(copy: string, pieces: readonly FilePiece[]): void {
  const pages = Math.ceil(statSync(copy).size / PAGE_BYTES);
  const descriptor = openSync(copy, 'r+');
  try {
    for (const { offset, bytes } of pieces) {
      const piece = offset === 0 ? headerFor(bytes, pages) : bytes;
      writeSync(descriptor, piece, 0, piece.length, offset);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Which pages are free is not known any more, and need not be. */
function headerFor(bytes: Buffer, pages: number): Buffer {
  const header = Buffer.from(bytes);
  header.writeUInt32BE(pages, AT.pages);
  header.writeUInt32BE(0, AT.freePages);
  header.writeUInt32BE(0, AT.freeCount);
  return header;
}
