import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readSplitFile, type NamedImage } from '../../dataset/split-file.js';
import type { Split } from '../../dataset/split.js';
import { partEmpty } from '../failures.js';
import type { LeftOut } from '../metrics.js';
import type { ChosenImages } from './chosen-images.js';
import { listed, type FoundImages, type LabelledImage } from './find-images.js';
import { hashImages, type HashOptions } from './hash-images.js';

/**
 * Chooses one part of a split, image by image by SHA-256, because a folder may have been moved and its files
 * renamed. It reads the files that the split names first, and the others only when some of those have
 * changed.
 * @throws SmearwatchError `data-split-foreign`, `evaluation-data-empty`
 */
export async function chooseBySplitFile(
  { folder, images, leftOut }: FoundImages,
  { splitFile, part }: { splitFile: string; part: keyof Split<unknown> },
  options: HashOptions,
): Promise<ChosenImages> {
  const split = await readSplitFile(splitFile);
  const wanted = split[part];
  const chosen = await findByHash(folder, images, wanted, options);
  if (chosen.images.length === 0) throw partEmpty(part, folder);
  const parts = [...split.train, ...split.validation, ...split.test].map(({ file }) => file);
  const known = new Set([...parts, ...chosen.images.map(({ path }) => path)]);
  const foreign = images.filter(({ path }) => !known.has(path));
  const there = new Set(images.map(({ path }) => path));
  const named = new Set(leftOut.map(({ file }) => file));
  return {
    images: chosen.images,
    part,
    splitSha256: createHash('sha256')
      .update(await readFile(splitFile))
      .digest('hex'),
    leftOut: chosen.missing
      .filter(({ file }) => !named.has(file))
      .map(({ file }) => whyMissing(file, there.has(file))),
    notes:
      foreign.length === 0
        ? []
        : [`${basename(splitFile)} does not name ${listed(foreign)}: they are not evaluated.`],
  };
}

async function findByHash(
  folder: string,
  images: readonly LabelledImage[],
  wanted: readonly NamedImage[],
  options: HashOptions,
): Promise<{ images: readonly LabelledImage[]; missing: readonly NamedImage[] }> {
  const named = new Set(wanted.map(({ file }) => file));
  const hashes = new Map<string, string>();
  const read = async (some: readonly LabelledImage[]): Promise<NamedImage[]> => {
    const paths = some.map(({ path }) => path);
    for (const [path, sha256] of await hashImages(folder, paths, options)) hashes.set(path, sha256);
    const there = new Set(hashes.values());
    return wanted.filter(({ sha256 }) => !there.has(sha256));
  };
  let missing = await read(images.filter(({ path }) => named.has(path)));
  if (missing.length > 0) missing = await read(images.filter(({ path }) => !named.has(path)));
  const shas = new Set(wanted.map(({ sha256 }) => sha256));
  return { images: images.filter(({ path }) => shas.has(hashes.get(path) ?? '')), missing };
}

function whyMissing(file: string, isThere: boolean): LeftOut {
  const reason = isThere
    ? 'It has changed since the split was made'
    : 'The split names it, but it is not there';
  return { file, why: 'unreadable', reason };
}
