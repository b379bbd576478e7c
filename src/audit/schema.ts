export const AUDIT_VERSION = 1;

/**
 * One table, and triggers that refuse any change except appending the next entry. They prevent mistakes, not
 * tampering by a user who can write the file: the chain of hashes reveals that. The insert's trigger also
 * stops `INSERT OR REPLACE`, which would delete a row without running a delete trigger.
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
