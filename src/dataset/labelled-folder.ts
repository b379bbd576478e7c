import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoOf } from '../errors.js';
import { isSystemName } from '../files/system-names.js';
import { CELL_CLASSES } from '../images.js';
import { ONE_LINE } from '../text/one-line.js';
import { classEmpty, classUnnameable, folderUnknown, manifestDisagrees, tooFewClasses } from './failures.js';
import { readManifest, type ManifestRow } from './manifest.js';

export interface LabelledFile {
  /** Path relative to the folder, with `/`: `lymphocyte/0001.jpg`. */
  readonly file: string;
  /** Index into the data set's classes. */
  readonly label: number;
  /** The origin (a hospital, a data set); empty when unknown. */
  readonly source: string;
  /** The patient; empty when unknown, in which case the image may be split at random. */
  readonly group: string;
}

export interface LabelledFolder {
  readonly folder: string;
  /** Names of the classes, in the order of every vector of probabilities. */
  readonly classes: readonly string[];
  readonly files: readonly LabelledFile[];
}

const IMAGE_EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp']);
export const MANIFEST_FILE = 'manifest.csv';

/**
 * Lists a labelled folder `DIR/<class>/<image>` by names only: no file is opened but the manifest.
 * @throws SmearwatchError `data-folder-unknown`, `data-class-empty`, `data-classes-too-few`,
 *   `data-class-name-invalid`, `data-manifest-invalid`
 */
export async function readLabelledFolder(folder: string): Promise<LabelledFolder> {
  const found = await listClasses(folder);
  if (found.size < 2) throw tooFewClasses(folder, [...found.keys()]);
  for (const [name, files] of found) if (files.length === 0) throw classEmpty(folder, name);
  const classes = orderClasses([...found.keys()]);
  const rows = await readManifest(join(folder, MANIFEST_FILE));
  const files = classes.flatMap((name, label) =>
    (found.get(name) ?? []).map((file) => describe(file, label, rows?.get(file))),
  );
  if (rows !== undefined) compare(folder, classes, files, rows);
  return { folder, classes, files };
}

/** Sorted names of the images of each class folder, as `class/name`. */
async function listClasses(folder: string): Promise<Map<string, string[]>> {
  const entries = await list(folder);
  const found = new Map<string, string[]>();
  for (const { name } of entries.filter((entry) => entry.isDirectory() && !isIgnored(entry.name))) {
    // A name that is not UTF-8 is read with U+FFFD in it, which would stay in the model's manifest.
    if (!ONE_LINE.test(name)) throw classUnnameable(folder, name);
    const images = await list(join(folder, name));
    found.set(
      name,
      images
        .filter((image) => image.isFile() && !isIgnored(image.name) && isImageName(image.name))
        .map((image) => `${name}/${image.name}`)
        .sort(),
    );
  }
  return found;
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    if (!(await stat(folder)).isDirectory()) throw folderUnknown(folder);
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (errnoOf(cause) === undefined) throw cause;
    throw folderUnknown(folder, cause);
  }
}

/**
 * Whether a folder is ignored, as in a scanner's folder: hidden folders, and a file server's own folders,
 * which are not classes.
 */
function isIgnored(name: string): boolean {
  return name.startsWith('.') || isSystemName(name);
}

function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.has(extname(name).toLowerCase());
}

/**
 * Orders the paper's classes as the paper does, so that every model's probabilities mean the same; other
 * classes by name.
 */
function orderClasses(names: readonly string[]): string[] {
  const isPaper = names.length === CELL_CLASSES.length && CELL_CLASSES.every((name) => names.includes(name));
  return isPaper ? [...CELL_CLASSES] : [...names].sort();
}

/**
 * Describes an image. A group that only repeats its source ("pbc" of "pbc") means that the patient is not
 * known.
 */
function describe(file: string, label: number, row: ManifestRow | undefined): LabelledFile {
  const { source = '', group = '' } = row ?? {};
  return { file, label, source, group: group === source ? '' : group };
}

function compare(
  folder: string,
  classes: readonly string[],
  files: readonly LabelledFile[],
  rows: ReadonlyMap<string, ManifestRow>,
): void {
  const onDisk = new Set(files.map(({ file }) => file));
  const missing = [...rows.keys()].filter((file) => !onDisk.has(file));
  if (missing.length > 0) throw manifestDisagrees(folder, 'names files that are not there', missing);
  const unnamed = [...onDisk].filter((file) => !rows.has(file));
  if (unnamed.length > 0) throw manifestDisagrees(folder, 'does not name files that are there', unnamed);
  const other = files
    .filter(({ file, label }) => rows.get(file)?.class !== classes[label])
    .map(({ file }) => `${file} (${rows.get(file)?.class ?? ''})`);
  if (other.length > 0) throw manifestDisagrees(folder, 'gives another class than the folder', other);
}
