/**
 * `files_suspect` finds the few files during whose work the process has died; `files_queued` has all that a claim looks at,
 * so that a million waiting files of a paused scanner are passed over within the index.
 */
export const SUSPECTS_STEP = `
  DROP INDEX files_queued;
  CREATE INDEX files_queued ON files (not_before, id, scanner, crashes) WHERE state = 'queued';
  CREATE INDEX files_suspect ON files (crashes, id, not_before) WHERE state = 'queued' AND crashes > 0;
`;
