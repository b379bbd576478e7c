import { newer } from './failures.js';
import { FEWER_INDEXES_STEP } from './fewer-indexes-schema.js';
import { LABEL_FILE_VERSIONS_STEP } from './label-file-versions-schema.js';
import { LABELS_STEP } from './labels-schema.js';
import { PRUNING_STEP } from './pruning-schema.js';
import { QUEUED_BY_SCANNER_STEP } from './queued-by-scanner-schema.js';
import { REHASHES_STEP } from './rehashes-schema.js';
import { SUSPECTS_STEP } from './suspects-schema.js';

/**
 * The ledger's tables, as steps: step n brings a ledger of version n − 1 to version n. Published steps never change.
 *
 * files:   one row per path; `revision` rises with every new content, so that the end of work on an older content is
 *          told apart from the newer one. `crashes` counts how often the process died while the file was in work. `reclassify`: a result of the same bytes does not count.
 * results: one row per image (SHA-256 of its bytes) and set of models; never changed once written.
 * counts:  files per state, kept by triggers: a million rows are never counted for a scrape.
 * outbox:  what a sink has still to deliver; written in the same transaction as the result.
 */
const STEPS = [
  `
  CREATE TABLE results (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    model_set TEXT NOT NULL,
    class TEXT NOT NULL,
    confidence REAL NOT NULL,
    review INTEGER NOT NULL,
    label TEXT,
    recorded_at INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (sha256, model_set)
  ) STRICT;
  CREATE INDEX results_by_time ON results (recorded_at);
  CREATE INDEX results_in_review ON results (recorded_at) WHERE review = 1;

  CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    scanner TEXT NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'quarantined')),
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    reclassify INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    queued_at INTEGER NOT NULL,
    finished_at INTEGER,
    sha256 TEXT,
    result_id INTEGER REFERENCES results (id),
    reason_code TEXT,
    reason TEXT,
    UNIQUE (scanner, path)
  ) STRICT;
  CREATE INDEX files_queued ON files (not_before, id) WHERE state = 'queued';
  CREATE INDEX files_open ON files (queued_at) WHERE state IN ('queued', 'running');
  CREATE INDEX files_quarantined ON files (finished_at) WHERE state = 'quarantined';
  CREATE INDEX files_by_sha256 ON files (sha256) WHERE sha256 IS NOT NULL;

  CREATE TABLE counts (state TEXT PRIMARY KEY, files INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counts VALUES ('queued', 0), ('running', 0), ('done', 0), ('quarantined', 0);
  CREATE TRIGGER files_inserted AFTER INSERT ON files BEGIN
    UPDATE counts SET files = files + 1 WHERE state = new.state;
  END;
  CREATE TRIGGER files_deleted AFTER DELETE ON files BEGIN
    UPDATE counts SET files = files - 1 WHERE state = old.state;
  END;
  CREATE TRIGGER files_moved AFTER UPDATE OF state ON files WHEN old.state <> new.state BEGIN
    UPDATE counts SET files = files - 1 WHERE state = old.state;
    UPDATE counts SET files = files + 1 WHERE state = new.state;
  END;

  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    sink TEXT NOT NULL,
    result_id INTEGER NOT NULL REFERENCES results (id),
    scanner TEXT NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ms REAL NOT NULL
  ) STRICT;
  CREATE INDEX outbox_by_sink ON outbox (sink, id);
  `,
  LABELS_STEP,
  SUSPECTS_STEP,
  PRUNING_STEP,
  QUEUED_BY_SCANNER_STEP,
  FEWER_INDEXES_STEP,
  REHASHES_STEP,
  LABEL_FILE_VERSIONS_STEP,
];

export const LEDGER_VERSION = STEPS.length;

/** As much of a database as a migration needs. */
export interface Migratable {
  run(sql: string): void;
  prepare(sql: string): { get(): Readonly<Record<string, unknown>> | undefined };
  transaction<T>(work: () => T): T;
}

/**
 * `version`: an earlier one, for tests of what later steps make of it.
 * @throws SmearwatchError `ledger-newer` when a later Smearwatch wrote this ledger.
 */
export function migrate(database: Migratable, file: string, version = LEDGER_VERSION): void {
  const current = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (current > LEDGER_VERSION) throw newer(file, current, LEDGER_VERSION);
  STEPS.slice(current, version).forEach((step, index) => {
    database.transaction(() => {
      database.run(step);
      database.run(`PRAGMA user_version = ${current + index + 1}`);
    });
  });
}
