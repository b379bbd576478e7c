import { failureOf } from '../../errors.js';
import { IMAGE_BYTES } from '../../images.js';
import type { FileReply, FilesRequest } from '../protocol.js';
import { BatchReader } from './batch-reader.js';
import { fingerprint, prepareImage, type FingerprintedImage } from './prepare.js';
import { FILES_AHEAD } from './read-ahead.js';
import { ReadBuffers } from './read-buffers.js';

const buffers = new ReadBuffers(FILES_AHEAD + 1);

export interface PrepareParts {
  /** Where the pixels are put, one image after the other: room for all files of the request. */
  readonly pixels: Uint8Array;
  readonly isKnown: (sha256: string) => boolean;
  /** Called whenever a file is done. */
  readonly onProgress: () => void;
}

/** Reads, fingerprints and decodes the files of a request. Decoding comes last, and only for bytes that have no result. */
export async function prepareBatch(
  { files, limits }: FilesRequest,
  { pixels, isKnown, onProgress }: PrepareParts,
): Promise<FileReply[]> {
  const replies: FileReply[] = [];
  const reader = new BatchReader(files, limits, buffers);
  let row = 0;
  for (const file of files) {
    let image: FingerprintedImage | undefined;
    try {
      image = fingerprint(await reader.next());
      const { sha256 } = image;
      if (file.skipsKnown && isKnown(sha256)) {
        replies.push({ kind: 'known', sha256 });
      } else {
        const into = pixels.subarray(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES);
        replies.push({ kind: 'classified', row, image: await prepareImage(file, image, limits, into) });
        row += 1;
      }
    } catch (error) {
      const failure = failureOf(error);
      replies.push({ kind: 'unusable', failure: image ? { ...failure, sha256: image.sha256 } : failure });
    }
    if (image) buffers.give(image.bytes);
    onProgress();
  }
  return replies;
}
