/**
 * The change time of a label file, which is another one when the file was written again with its old modification time,
 * and the SHA-256 of its bytes, which says whether it was.
 */
export const LABEL_FILE_VERSIONS_STEP = `
  ALTER TABLE label_files ADD COLUMN ctime_ms REAL;
  ALTER TABLE label_files ADD COLUMN sha256 TEXT;
`;
