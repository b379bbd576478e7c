/**
 * labels:               the true class of each image, as known now; it may be there before its image.
 * label_history:        labels that were replaced by others; rows are only ever added.
 * waiting_labels:       labels of files whose bytes are not known yet, in the order in which they were given.
 * label_files:          label files that were taken over, in this size and modification time.
 * labelled_models:      a short number for each model that has classified a labelled image.
 * labelled_predictions: what each model said of each labelled image: live accuracy is counted from its newest rows, which
 *                       lie side by side in the index.
 * drift_references:     what drift is measured against, where no reference is configured.
 *
 * Labels that results had already (from folders' names) are taken over, with what the models said.
 */
export const LABELS_STEP = `
  CREATE TABLE labels (
    sha256 TEXT PRIMARY KEY,
    class TEXT NOT NULL,
    given_by TEXT NOT NULL,
    source TEXT NOT NULL,
    given_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE label_history (
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
    scanner TEXT NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    PRIMARY KEY (scanner, path)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE labelled_models (id INTEGER PRIMARY KEY, model TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE labelled_predictions (
    sha256 TEXT NOT NULL,
    model_id INTEGER NOT NULL REFERENCES labelled_models (id),
    recorded_at INTEGER NOT NULL,
    class TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (sha256, model_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX labelled_predictions_newest ON labelled_predictions (model_id, recorded_at, label, class);

  CREATE TABLE drift_references (
    subject TEXT PRIMARY KEY,
    made_at INTEGER NOT NULL,
    reference TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  INSERT OR IGNORE INTO labels
    SELECT sha256, label, 'folder', 'folder', recorded_at FROM results WHERE label IS NOT NULL ORDER BY id DESC;
  INSERT OR IGNORE INTO labelled_models (model)
    SELECT json_extract(m.value, '$.name') || '@' || json_extract(m.value, '$.version') || '/' ||
      json_extract(m.value, '$.engine') || '/' || json_extract(m.value, '$.weightsSha256')
    FROM results r JOIN labels USING (sha256), json_each(r.record, '$.models') m ORDER BY r.id, m.key;
  INSERT OR IGNORE INTO labelled_predictions
    SELECT r.sha256, known.id, r.recorded_at, json_extract(m.value, '$.class'), l.class
    FROM results r JOIN labels l ON l.sha256 = r.sha256, json_each(r.record, '$.models') m
    JOIN labelled_models known ON known.model = json_extract(m.value, '$.name') || '@' ||
      json_extract(m.value, '$.version') || '/' || json_extract(m.value, '$.engine') || '/' ||
      json_extract(m.value, '$.weightsSha256')
    ORDER BY r.id DESC;
`;
