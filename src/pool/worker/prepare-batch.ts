import { hash } from 'node:crypto';
import { failureOf } from '../../errors.js';
import { IMAGE_BYTES } from '../../images.js';
import type { FileReply, FilesRequest } from '../protocol.js';
import { BatchReader } from './batch-reader.js';
import { prepareImage, type ReadImage } from './prepare.js';
import { FILES_AHEAD } from './read-ahead.js';
import { ReadBuffers } from './read-buffers.js';

const buffers = new ReadBuffers(FILES_AHEAD + 1);

export interface PrepareParts {
  /** Memory for the pixels, one image after the other: room for all files of the request. */
  readonly pixels: Uint8Array;
  readonly isKnown: (sha256: string) => boolean;
  /** Called after each file. */
  readonly onProgress: () => void;
}

/**
 * Reads, fingerprints and decodes the files of a request. Decoding comes last, and only for bytes that have
 * no result.
 */
export async function prepareBatch(
  { files, limits }: FilesRequest,
  { pixels, isKnown, onProgress }: PrepareParts,
): Promise<FileReply[]> {
  const replies: FileReply[] = [];
  const reader = new BatchReader(files, limits, buffers);
  let row = 0;
  for (const file of files) {
    let read: ReadImage | undefined;
    let sha256: string | undefined;
    try {
      read = await reader.next();
      // Hashed right before decoding rather than after reading: its bytes pass through a core's cache once
      // for both.
      const start = performance.now();
      sha256 = hash('sha256', read.bytes, 'hex');
      const readMs = read.readMs + performance.now() - start;
      if (!file.reclassify && isKnown(sha256)) {
        replies.push({ kind: 'known', sha256 });
      } else {
        const into = pixels.subarray(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES);
        const image = await prepareImage(file, read.bytes, limits, into);
        replies.push({ kind: 'classified', sha256, row, readMs, image });
        row += 1;
      }
    } catch (error) {
      replies.push({ kind: 'unusable', sha256, failure: failureOf(error) });
    }
    if (read) buffers.give(read.bytes);
    onProgress();
  }
  return replies;
}
