import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { NO_ENTRY, type AuditEntry } from './entry.js';
import { newer } from './failures.js';
import { readHead, writeHead } from './head-file.js';
import { AUDIT_SCHEMA, AUDIT_VERSION } from './schema.js';

export type Connection = DatabaseSyncInstance;

/** Time limit for waiting until another process has written its entry, which takes milliseconds. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens a trail for appending, and makes it if it does not exist. WAL with `synchronous=FULL`: a commit that
 * returned is on the disk, and a process that reads a long trail never keeps the daemon from writing.
 */
export function openForAppending(file: string): Connection {
  mkdirSync(dirname(file), { recursive: true });
  const isNew = !existsSync(file);
  const connection = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    if (isNew) giveToFolderOwner(file);
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    prepare(connection, file);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

export function openForReading(file: string): Connection {
  return new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, readOnly: true });
}

/** Moves all entries into the main file before closing, so that a copy of it is a copy of the trail. */
export function closeWhole(connection: Connection): void {
  try {
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Another process writes, or the disk is full: the entries stay in the WAL file, where SQLite finds them.
  }
  connection.close();
}

/**
 * Runs `work` in a transaction that takes the write lock first, so that the end of the chain that it reads
 * stays the end.
 */
export function locked<T>(connection: Connection, work: () => T): T {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    connection.exec('COMMIT');
    return value;
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

export function lastEntry(connection: Connection): AuditEntry | undefined {
  return connection.prepare('SELECT * FROM entries ORDER BY sequence DESC LIMIT 1').get() as
    AuditEntry | undefined;
}

/**
 * Gives the file to the folder's owner: a first command run by root must not keep the daemon's user from
 * writing later.
 */
function giveToFolderOwner(file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  chownSync(file, uid, gid);
}

function prepare(connection: Connection, file: string): void {
  if (versionOf(connection) === AUDIT_VERSION) return;
  locked(connection, () => {
    const version = versionOf(connection);
    if (version > AUDIT_VERSION) throw newer(file, version);
    if (version === AUDIT_VERSION) return; // another process was first
    connection.exec(AUDIT_SCHEMA);
    // Written before the first entry: from here on, a missing copy was removed. An existing copy belongs to
    // an older trail.
    if (readHead(dirname(file)) === 'missing') writeHead(dirname(file), NO_ENTRY);
    connection.exec(`PRAGMA user_version = ${AUDIT_VERSION}`);
  });
}

function versionOf(connection: Connection): number {
  const row = connection.prepare('PRAGMA user_version').get() as { user_version: number };
  return row.user_version;
}
