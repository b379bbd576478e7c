/** By scanner first: what waits for a paused one is passed over in one step, however many files that are. */
export const QUEUED_BY_SCANNER_STEP = `
  DROP INDEX files_queued;
  CREATE INDEX files_queued ON files (scanner, not_before, id, crashes) WHERE state = 'queued';
`;
