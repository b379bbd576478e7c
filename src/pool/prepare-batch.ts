import { errnoOf, messageOf, SmearwatchError } from '../errors.js';
import { IMAGE_BYTES } from '../images.js';
import {
  fingerprint,
  prepareImage,
  readImage,
  type FileToPrepare,
  type FingerprintedImage,
  type PrepareLimits,
  type ReadImage,
} from '../prepare/prepare.js';
import type { FileFailure, FileReply, FilesRequest } from './protocol.js';
import { ReadBuffers } from './read-buffers.js';

/** While one image is decoded, the next ones are read: so many files, and so many bytes, at most. */
const FILES_AHEAD = 8;
const BYTES_AHEAD = 16_777_216;
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
  const reader = new ReadAhead(files, limits);
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
      replies.push({ kind: 'unusable', failure: failureOf(error, image?.sha256) });
    }
    if (image) buffers.give(image.bytes);
    onProgress();
  }
  return replies;
}

/** Reads files in order, a few before they are asked for. */
class ReadAhead {
  readonly #files: readonly FileToPrepare[];
  readonly #limits: PrepareLimits;
  readonly #reading: { size: number; read: Promise<ReadImage> }[] = [];
  /** Folders that have not answered: their other files are not waited for as well. */
  readonly #silent = new Map<string, unknown>();
  #begun = 0;
  #bytes = 0;

  constructor(files: readonly FileToPrepare[], limits: PrepareLimits) {
    this.#files = files;
    this.#limits = limits;
  }

  async next(): Promise<ReadImage> {
    this.#begin();
    const first = this.#reading.shift();
    if (!first) throw new Error('all files have been read');
    try {
      return await first.read;
    } finally {
      this.#bytes -= first.size;
    }
  }

  #begin(): void {
    while (this.#begun < this.#files.length && this.#reading.length < FILES_AHEAD) {
      const file = this.#files[this.#begun] as FileToPrepare;
      if (this.#reading.length > 0 && this.#bytes + file.size > BYTES_AHEAD) return;
      const read = this.#read(file);
      // Met in its turn; until then a failure must not count as one that nobody handles.
      read.catch(() => undefined);
      this.#reading.push({ size: file.size, read });
      this.#bytes += file.size;
      this.#begun += 1;
    }
  }

  async #read(file: FileToPrepare): Promise<ReadImage> {
    if (this.#silent.has(file.folder)) throw this.#silent.get(file.folder);
    try {
      return await readImage(file, this.#limits, buffers.take);
    } catch (error) {
      if (error instanceof SmearwatchError && error.code === 'read-timeout')
        this.#silent.set(file.folder, error);
      throw error;
    }
  }
}

function failureOf(error: unknown, sha256: string | undefined): FileFailure {
  const hint = error instanceof SmearwatchError ? error.hint : undefined;
  return {
    code: error instanceof SmearwatchError ? error.code : (errnoOf(error) ?? 'unexpected-error'),
    message: messageOf(error),
    ...(hint !== undefined && { hint }),
    ...(sha256 !== undefined && { sha256 }),
  };
}
