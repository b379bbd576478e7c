/**
 * Without this index, removing one result has SQLite look through all files for one that refers to it. Every file that is done is
 * in it, so a removal of a million results costs as many look-ups, not as many scans.
 */
export const PRUNING_STEP = `
  CREATE INDEX files_by_result ON files (result_id) WHERE result_id IS NOT NULL;
  CREATE INDEX outbox_by_result ON outbox (result_id);
`;
