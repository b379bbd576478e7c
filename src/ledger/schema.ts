/** "SMWL" in a ledger's header. Ledgers of before version 1 have 0 there, and versions of another count. */
export const APPLICATION_ID = 0x534d574c;

/**
 * A ledger of version 1, in SQL. It never changes: what came later is in `steps/`. SQLite keeps the comments
 * inside the statements, so a ledger explains itself (`sqlite3 ledger.sqlite .schema`). The schema that a new
 * ledger has today is printed in docs/ledger-schema.sql.
 *
 * Times (`…_at`) are milliseconds since 1970, UTC; `…_ms` are a file system's times in the same unit, with
 * fractions. An image is known by `sha256`, the SHA-256 of its bytes as lower-case hexadecimal digits. A path
 * is relative to its scanner's folder, with forward slashes.
 */
export const SCHEMA_VERSION_1 = `
CREATE TABLE results (
  -- One row for each image and set of models; a row never changes.
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  model_set TEXT NOT NULL, -- names, versions and weights of the models, as one key
  class TEXT NOT NULL, -- the decision; class to label repeat what the record says, for queries
  confidence REAL NOT NULL,
  review INTEGER NOT NULL, -- 1: a person should look at the image
  label TEXT, -- the true class, where the folder's name gave one
  recorded_at INTEGER NOT NULL,
  record TEXT NOT NULL, -- the whole result, as the JSON that sinks get
  UNIQUE (sha256, model_set)
) STRICT;
CREATE INDEX results_by_time ON results (recorded_at);
CREATE INDEX results_in_review ON results (recorded_at) WHERE review = 1;

CREATE TABLE files (
  -- One row for each path that was seen: the queue, and how each file ended.
  id INTEGER PRIMARY KEY,
  scanner TEXT NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ms REAL NOT NULL,
  ctime_ms REAL, -- change time and inode when the bytes were last known to be those of this row
  inode REAL,
  revision INTEGER NOT NULL DEFAULT 1, -- rises with each new content, so that work on an older one cannot end it
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'quarantined')),
  attempts INTEGER NOT NULL DEFAULT 0, -- of this revision
  crashes INTEGER NOT NULL DEFAULT 0, -- how often the process died while the file was running
  reclassify INTEGER NOT NULL DEFAULT 0, -- 1: classify it even if these bytes have a result
  not_before INTEGER NOT NULL DEFAULT 0, -- next attempt, on the daemon's steady clock
  queued_at INTEGER NOT NULL,
  finished_at INTEGER,
  sha256 TEXT,
  result_id INTEGER REFERENCES results (id),
  reason_code TEXT, -- why it is in quarantine or waits for another attempt
  reason TEXT,
  rehash_at INTEGER, -- when to hash the bytes again, since they may be others; on the steady clock
  UNIQUE (scanner, path)
) STRICT;
CREATE INDEX files_queued
  -- Scanner first: the waiting files of a paused scanner are passed over in one step, however many they are.
  ON files (scanner, not_before, id, crashes) WHERE state = 'queued';
CREATE INDEX files_suspect ON files (crashes, id, not_before) WHERE state = 'queued' AND crashes > 0;
CREATE INDEX files_open ON files (queued_at) WHERE state IN ('queued', 'running');
CREATE INDEX files_quarantined ON files (finished_at) WHERE state = 'quarantined';
CREATE INDEX files_to_rehash ON files (scanner, rehash_at) WHERE rehash_at IS NOT NULL;
CREATE INDEX files_by_result
  -- Without it, each removed result would have SQLite read all files for one that refers to it.
  ON files (result_id) WHERE result_id IS NOT NULL;

CREATE TABLE counts (
  -- Files in each state, from 0, kept by triggers: no scrape counts a million rows.
  state TEXT PRIMARY KEY,
  files INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
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
  -- What each sink has still to deliver; written in the transaction that writes the result.
  id INTEGER PRIMARY KEY,
  sink TEXT NOT NULL,
  result_id INTEGER NOT NULL REFERENCES results (id),
  scanner TEXT NOT NULL, -- the file as it was when the result was written
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ms REAL NOT NULL
) STRICT;
CREATE INDEX outbox_by_sink ON outbox (sink, id);
CREATE INDEX outbox_by_result ON outbox (result_id);

CREATE TABLE labels (
  -- The true class of each image as known now; it may be there before its image.
  sha256 TEXT PRIMARY KEY,
  class TEXT NOT NULL,
  given_by TEXT NOT NULL,
  source TEXT NOT NULL, -- folder, file, command or http
  given_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE label_history (
  -- Labels that others have replaced; rows are only ever added.
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  class TEXT NOT NULL,
  given_by TEXT NOT NULL,
  source TEXT NOT NULL,
  given_at INTEGER NOT NULL
) STRICT;
CREATE INDEX label_history_by_image ON label_history (sha256);
CREATE TRIGGER label_history_never_changes BEFORE UPDATE ON label_history BEGIN
  SELECT raise(ABORT, 'the history of labels never changes');
END;
CREATE TRIGGER label_history_never_goes BEFORE DELETE ON label_history BEGIN
  SELECT raise(ABORT, 'the history of labels is never removed');
END;

CREATE TABLE waiting_labels (
  -- Labels of files whose bytes are not known yet, in the order in which they were given.
  id INTEGER PRIMARY KEY,
  scanner TEXT NOT NULL,
  path TEXT NOT NULL,
  class TEXT NOT NULL,
  given_by TEXT NOT NULL,
  source TEXT NOT NULL,
  given_at INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_labels_by_file ON waiting_labels (scanner, path);

CREATE TABLE label_files (
  -- Label files that were applied, each in the version that was applied last.
  scanner TEXT NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ms REAL NOT NULL,
  ctime_ms REAL, -- changes also when a file is written again with its old modification time
  sha256 TEXT NOT NULL, -- of the label file
  PRIMARY KEY (scanner, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE labelled_models (
  -- A short number for each model that has classified a labelled image.
  id INTEGER PRIMARY KEY,
  model TEXT NOT NULL UNIQUE -- name@version/engine/SHA-256 of the weights
) STRICT;

CREATE TABLE labelled_predictions (
  -- What each model said of each labelled image; derived from results and labels.
  sha256 TEXT NOT NULL,
  model_id INTEGER NOT NULL REFERENCES labelled_models (id),
  recorded_at INTEGER NOT NULL,
  class TEXT NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (sha256, model_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX labelled_predictions_newest
  -- Live accuracy counts a model's newest rows, from this index alone.
  ON labelled_predictions (model_id, recorded_at, label, class);

CREATE TABLE drift_references (
  -- What drift is measured against where the configuration names no reference.
  subject TEXT PRIMARY KEY, -- a scanner or a model
  made_at INTEGER NOT NULL,
  reference TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
`;
