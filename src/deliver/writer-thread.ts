import { failureOf, type Failure } from '../errors.js';
import { replaceFiles, type DocumentFile } from './replace-files.js';

/** The thread of a DocumentWriter: it replaces documents and returns the failure, if any. */
export default async function write(documents: readonly DocumentFile[]): Promise<Failure | undefined> {
  try {
    await replaceFiles(documents);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}
