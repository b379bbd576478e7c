import {
  readDirectory,
  readHeader,
  type TiffDirectory,
  type TiffFile,
  type TiffProblem,
} from './read-directory.js';
import { readPage, type TiffPage } from './read-page.js';
import { readFromMemory, type Reading } from './reading.js';

/** A list of a million strips is 8 MB; a scanner's image has some hundred. */
export const MOST_BLOCKS = 1_048_576;
const MOST_ARRAY_BYTES = 8 * MOST_BLOCKS;

export interface FirstPage {
  readonly file: TiffFile;
  readonly directory: TiffDirectory;
  readonly page: TiffPage;
}

/** The page that is classified: what the first directory says. */
export function readFirstPage(bytes: Buffer): FirstPage | TiffProblem {
  return readFromMemory(firstPage(bytes.length), bytes);
}

function* firstPage(size: number): Reading<FirstPage | TiffProblem> {
  const file = yield* readHeader(size);
  if (typeof file === 'string') return file;
  const directory = yield* readDirectory(file, file.first);
  if (typeof directory === 'string') return directory;
  const page = yield* readPage(file, directory, MOST_ARRAY_BYTES);
  return typeof page === 'string' ? page : { file, directory, page };
}
