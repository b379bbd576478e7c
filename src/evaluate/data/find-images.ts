import { relative } from 'node:path';
import { folderUnknown } from '../../dataset/failures.js';
import { MANIFEST_FILE } from '../../dataset/labelled-folder.js';
import { readManifest, type ManifestRow } from '../../dataset/manifest.js';
import { messageOf } from '../../errors.js';
import { createFileFilter } from '../../files/file-patterns.js';
import type { SeenFile } from '../../files/seen-file.js';
import { emptyTally, walkImages, type WalkTally } from '../../files/walk.js';
import { columnUnknown } from '../failures.js';
import type { LeftOut } from '../metrics.js';

/** An image with its true class, before it has been read. */
export interface LabelledImage extends SeenFile {
  /** Index into the models' classes. */
  readonly label: number;
  /**
   * The patient, with the source where it is known, since two hospitals may use the same patient numbers;
   * empty when unknown.
   */
  readonly group: string;
  /** Value of the column that `--by` names; empty without it. */
  readonly by: string;
}

export interface FoundImages {
  readonly folder: string;
  /** The images, sorted by path. */
  readonly images: readonly LabelledImage[];
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

/**
 * Files that are images by their names. A file that cannot be decoded is included, so that it ends in
 * quarantine with the reason.
 */
const PATTERNS = ['**/*.{png,jpg,jpeg,tif,tiff,bmp,gif,webp,heic,heif,avif,jp2,jxl}'];

/**
 * Finds every image below a folder `DIR/<class>/<image>`. A file without a label, or with two, is listed with
 * the reason instead of being dropped silently; training rejects such a folder.
 * @throws SmearwatchError `data-folder-unknown`, `data-manifest-invalid`, `evaluation-by-unknown`
 */
export async function findImages(
  folder: string,
  { classes, by, signal }: { classes: readonly string[]; by: string | undefined; signal: AbortSignal },
): Promise<FoundImages> {
  const tally = emptyTally();
  const files = await listImages(folder, tally, signal);
  const rows = await readManifest(`${folder}/${MANIFEST_FILE}`);
  if (by !== undefined) assertColumn(by, folder, rows);
  const labelled = files.map((file) => labelOf(file, classes, rows?.get(file.path), by));
  const images = labelled.filter((image) => 'label' in image);
  return {
    folder,
    images,
    leftOut: [
      ...labelled.filter((image) => 'why' in image),
      ...missingFiles(files, rows),
      ...unreadablePlaces(folder, tally),
    ],
    notes: unnamedFiles(images, rows),
  };
}

/** Sorted by path: the walk has no order. */
async function listImages(folder: string, tally: WalkTally, signal: AbortSignal): Promise<SeenFile[]> {
  const filter = createFileFilter({ folder, patterns: PATTERNS, afterwards: { action: 'keep' } });
  const files: SeenFile[] = [];
  try {
    for await (const some of walkImages(folder, '', { filter, signal, tally, isRecursive: true })) {
      for (const { path, size, mtimeMs } of some) files.push({ path, size, mtimeMs });
    }
  } catch (cause) {
    throw folderUnknown(folder, cause);
  }
  signal.throwIfAborted();
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function assertColumn(by: string, folder: string, rows: ReadonlyMap<string, ManifestRow> | undefined): void {
  const [first] = rows?.values() ?? [];
  const columns = first && Object.keys(first.columns).filter((name) => name !== 'file');
  if (columns?.includes(by) !== true) throw columnUnknown(by, folder, columns);
}

function labelOf(
  file: SeenFile,
  classes: readonly string[],
  row: ManifestRow | undefined,
  by: string | undefined,
): LabelledImage | LeftOut {
  const leftOut = (why: LeftOut['why'], reason: string): LeftOut => ({ file: file.path, why, reason });
  const [name = '', ...below] = file.path.split('/');
  if (below.length === 0) return leftOut('unlabelled', 'It is in no class folder');
  if (below.length > 1) return leftOut('unlabelled', 'It lies deeper than DIR/<class>/<image>');
  const label = classes.indexOf(name);
  if (label === -1)
    return leftOut('unknown-class', `The models know no class "${name}", only ${classes.join(', ')}`);
  if (row !== undefined && row.class !== name)
    return leftOut('contradictory', `It is in the folder ${name}, and manifest.csv says "${row.class}"`);
  return { ...file, label, group: groupOf(row), by: by === undefined ? '' : valueOf(row, by) };
}

/**
 * Describes an image. A group that only repeats its source ("pbc" of "pbc") means that the patient is not
 * known.
 */
function groupOf(
  { source, group }: Pick<ManifestRow, 'source' | 'group'> = { source: '', group: '' },
): string {
  if (group === '' || group === source) return '';
  return source === '' ? group : `${source}/${group}`;
}

function valueOf(row: ManifestRow | undefined, by: string): string {
  const value = row?.columns[by] ?? '';
  return value === '' ? 'unknown' : value;
}

function missingFiles(
  files: readonly SeenFile[],
  rows: ReadonlyMap<string, ManifestRow> = new Map(),
): LeftOut[] {
  const there = new Set(files.map(({ path }) => path));
  return [...rows.keys()]
    .filter((file) => !there.has(file))
    .map((file) => ({ file, why: 'unreadable', reason: 'manifest.csv names it, but it is not there' }));
}

/** Folders and links that were not read; the number of images in them is unknown. */
function unreadablePlaces(folder: string, tally: WalkTally): LeftOut[] {
  const { unreadable, firstError, folderLinks, firstFolderLink = '' } = tally;
  const others = (count: number): string => (count > 1 ? `; the same for ${count - 1} more` : '');
  const reason = `${messageOf(firstError)}${others(unreadable)}`;
  const link = `Links to folders are not followed${others(folderLinks)}`;
  return [
    ...(unreadable > 0 ? [{ file: pathOf(folder, firstError), why: 'unreadable' as const, reason }] : []),
    ...(folderLinks > 0 ? [{ file: firstFolderLink, why: 'unreadable' as const, reason: link }] : []),
  ];
}

/** Node's file-system errors name the path. */
function pathOf(folder: string, error: unknown): string {
  const path = error instanceof Error && 'path' in error ? String(error.path) : folder;
  return relative(folder, path) || '.';
}

function unnamedFiles(
  images: readonly SeenFile[],
  rows: ReadonlyMap<string, ManifestRow> | undefined,
): string[] {
  const unnamed = rows === undefined ? [] : images.filter(({ path }) => !rows.has(path));
  if (unnamed.length === 0) return [];
  return [`manifest.csv does not name ${listed(unnamed)}: their class is that of their folder.`];
}

/** `3 images (a.png, b.png, c.png)`, or the first three of more. */
export function listed(files: readonly { readonly path: string }[]): string {
  const more = files.length > 3 ? ', …' : '';
  const names = files.slice(0, 3).map(({ path }) => path);
  return `${files.length} ${files.length === 1 ? 'image' : 'images'} (${names.join(', ')}${more})`;
}
