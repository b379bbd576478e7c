import { DatabaseSync } from '@photostructure/sqlite';
import { mkdirSync } from 'node:fs';
import { ledgerFile } from '../../src/ledger/ledger.js';
import { sha256Of } from '../fixtures/records.js';

/** Part of what the last version of before version 1 wrote: no application id, and `user_version` 8. */
const OLD_SHAPE = `
  CREATE TABLE results (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, model_set TEXT NOT NULL, class TEXT NOT NULL,
    confidence REAL NOT NULL, review INTEGER NOT NULL, label TEXT, recorded_at INTEGER NOT NULL,
    record TEXT NOT NULL, UNIQUE (sha256, model_set)
  ) STRICT;
  CREATE TABLE files (
    id INTEGER PRIMARY KEY, scanner TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL,
    mtime_ms REAL NOT NULL, revision INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'quarantined')),
    attempts INTEGER NOT NULL DEFAULT 0, crashes INTEGER NOT NULL DEFAULT 0,
    reclassify INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, queued_at INTEGER NOT NULL,
    finished_at INTEGER, sha256 TEXT, result_id INTEGER REFERENCES results (id), reason_code TEXT, reason TEXT,
    ctime_ms REAL, inode REAL, rehash_at INTEGER, UNIQUE (scanner, path)
  ) STRICT;
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, sink TEXT NOT NULL, result_id INTEGER NOT NULL REFERENCES results (id),
    scanner TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ms REAL NOT NULL
  ) STRICT;
  CREATE TABLE drift_references (subject TEXT PRIMARY KEY, made_at INTEGER NOT NULL, reference TEXT NOT NULL)
    STRICT, WITHOUT ROWID;
  INSERT INTO results VALUES (1, '${sha256Of('a')}', 'set', 'lymphocyte', 0.9, 0, NULL, 5, '{}');
  INSERT INTO files (scanner, path, size, mtime_ms, state, queued_at, finished_at, sha256, result_id)
    VALUES ('left', 'a.png', 1, 1, 'done', 1, 5, '${sha256Of('a')}', 1);
`;

/** A state folder with a ledger from before version 1. Returns the ledger's file. */
export function writeOldLedger(state: string, version = 8): string {
  mkdirSync(state, { recursive: true });
  const file = ledgerFile(state);
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; ${OLD_SHAPE} PRAGMA user_version = ${version}`);
  database.close();
  return file;
}
