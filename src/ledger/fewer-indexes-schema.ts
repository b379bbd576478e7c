/**
 * Every new image cost a page of this index, anywhere in it, beside the one of the index of results: the files of an image are found
 * by its results.
 */
export const FEWER_INDEXES_STEP = `
  DROP INDEX files_by_sha256;
`;
