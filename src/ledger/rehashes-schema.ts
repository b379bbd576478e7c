/**
 * `ctime_ms` and `inode` are what the file system knew of the file when its bytes were last known to be those of the
 * row: another file under the same name, with the same size and modification time, has others. Then `rehash_at` says
 * when the bytes are to be hashed again, on the clock of `steadyNow`; in the ledger, since a remount may change the
 * inodes of all files. Only the few rows that wait are in the index.
 */
export const REHASHES_STEP = `
  ALTER TABLE files ADD COLUMN ctime_ms REAL;
  ALTER TABLE files ADD COLUMN inode REAL;
  ALTER TABLE files ADD COLUMN rehash_at INTEGER;
  CREATE INDEX files_to_rehash ON files (scanner, rehash_at) WHERE rehash_at IS NOT NULL;
`;
