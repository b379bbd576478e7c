import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../errors.js';
import { replaceFile } from '../files/replace-file.js';
import { decodeText } from '../text/decode-text.js';
import { splitForeign } from './failures.js';
import type { Split, SplitOptions } from './split.js';

const part = z.array(z.strictObject({ file: z.string(), sha256: z.string() }));
const schema = z.strictObject({
  version: z.literal(1),
  by: z.enum(['image', 'group']),
  testShare: z.number(),
  validationShare: z.number(),
  seed: z.number(),
  train: part,
  validation: part,
  test: part,
});

export type SplitContent = Readonly<z.infer<typeof schema>>;

/**
 * Writes a split. Images are named by content, so that it stays valid when a folder is moved or its files are
 * renamed.
 */
export async function writeSplit(
  path: string,
  split: Split<NamedImage>,
  options: SplitOptions,
): Promise<void> {
  await replaceFile(path, splitText(split, options));
}

/** The contents of a split's file: the same split of the same images gives the same bytes. */
export function splitText(split: Split<NamedImage>, options: SplitOptions): string {
  const named = (images: readonly NamedImage[]) => images.map(({ file, sha256 }) => ({ file, sha256 }));
  const { by, testShare, validationShare, seed } = options;
  const content: SplitContent = {
    version: 1,
    by,
    testShare,
    validationShare,
    seed,
    train: named(split.train),
    validation: named(split.validation),
    test: named(split.test),
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

/** Identification of an image in a split file. */
export interface NamedImage {
  /** Relative to the labelled folder. */
  readonly file: string;
  readonly sha256: string;
}

/** A division of images, and the options that made it. */
export interface KnownSplit<T> {
  readonly split: Split<T>;
  readonly options: SplitOptions;
}

/**
 * Reads the same division of the same images. Images that the file does not name are an error, because they
 * would silently be lost.
 * @throws SmearwatchError `data-split-foreign`
 */
export async function readSplit<T extends NamedImage>(
  path: string,
  images: readonly T[],
): Promise<KnownSplit<T>> {
  const content = await readSplitFile(path);
  const bySha = new Map(images.map((image) => [image.sha256, image]));
  const find = (named: z.infer<typeof part>): T[] =>
    named.map(({ file, sha256 }) => {
      const image = bySha.get(sha256);
      if (image === undefined) throw splitForeign(path, `${file} is not in the folder, or has changed`);
      return image;
    });
  const split = {
    train: find(content.train),
    validation: find(content.validation),
    test: find(content.test),
  };
  const named = split.train.length + split.validation.length + split.test.length;
  if (new Set([...split.train, ...split.validation, ...split.test]).size !== named) {
    throw splitForeign(path, 'it names an image twice');
  }
  if (named !== images.length)
    throw splitForeign(path, `it names ${named} of the folder's ${images.length} images`);
  const { by, testShare, validationShare, seed } = content;
  return { split, options: { by, testShare, validationShare, seed } };
}

/** Reads a split file, without comparing it with images. @throws SmearwatchError `data-split-foreign` */
export async function readSplitFile(path: string): Promise<SplitContent> {
  try {
    const text = decodeText(await readFile(path), ({ what }) => new Error(what));
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw splitForeign(path, `it cannot be read (${messageOf(cause)})`, cause);
  }
}
