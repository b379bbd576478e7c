export const AUDIT_VERSION = 1;

/**
 * One table, and triggers that refuse whatever is not the next entry. They keep mistakes and careless hands
 * out, not somebody who can write the file: that is what the chain is for. The insert's trigger also stops
 * `INSERT OR REPLACE`, which would delete a row without any delete trigger being asked.
 */
export const AUDIT_SCHEMA = `
  CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    event TEXT NOT NULL,
    actor TEXT NOT NULL,
    details TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries BEGIN
    SELECT raise(ABORT, 'entries of the audit trail never change');
  END;
  CREATE TRIGGER entries_never_go BEFORE DELETE ON entries BEGIN
    SELECT raise(ABORT, 'entries of the audit trail are never removed');
  END;
  CREATE TRIGGER entries_only_follow BEFORE INSERT ON entries
  WHEN new.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM entries)
    OR new.previous IS NOT coalesce((SELECT hash FROM entries ORDER BY sequence DESC LIMIT 1), '${'0'.repeat(64)}')
  BEGIN
    SELECT raise(ABORT, 'an entry of the audit trail only follows the last one');
  END;
`;
