import { link, mkdir, readdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { messageOf, SmearwatchError } from '../../errors.js';
import { isSystemName } from '../../files/system-names.js';
import { generateSmears } from '../../generate/write-smears.js';
import type { BenchPlan } from '../options.js';
import type { Format } from '../parts.js';
import { distinctCopy } from './distinct-copy.js';

/** The files of one format, in a folder of their own. */
export interface ImageFolder {
  readonly folder: string;
  readonly files: readonly string[];
  /** Mean size of a file, in bytes. */
  readonly bytesPerFile: number;
  /** Extension of their names, with the dot. */
  readonly extension: string;
}

const EXTENSION: Readonly<Record<Format, string>> = { jpeg: '.jpg', png: '.png', tiff: '.tif' };
const FORMAT_OF: Readonly<Record<string, Format>> = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.png': 'png',
  '.tif': 'tiff',
  '.tiff': 'tiff',
};
/** Disk space that is left for other programs, results and the ledger. */
const SPARE_BYTES = 1_000_000_000;

/**
 * Makes `plan.images` files of each format, each with different bytes.
 * @throws SmearwatchError `bench-no-images` when `--data` has none of a format, `bench-no-room`
 */
export async function prepareImages(
  plan: BenchPlan,
  folder: string,
  { workerUrl, signal }: { workerUrl: URL; signal: AbortSignal },
): Promise<ReadonlyMap<Format, ImageFolder>> {
  const made = new Map<Format, ImageFolder>();
  for (const format of plan.formats) {
    const sources =
      plan.dataFolder === undefined
        ? await draw(plan, format, { outDir: join(folder, 'drawn', format), workerUrl, signal })
        : await findImages(plan.dataFolder, format);
    made.set(
      format,
      await multiply(sources, format, { count: plan.images, folder: join(folder, format), signal }),
    );
  }
  return made;
}

async function draw(
  plan: BenchPlan,
  format: Format,
  { outDir, workerUrl, signal }: { outDir: string; workerUrl: URL; signal: AbortSignal },
): Promise<string[]> {
  const count = Math.min(plan.drawn, plan.images);
  await generateSmears({ outDir, count, format, layout: 'flat', workerUrl, signal });
  return findImages(outDir, format);
}

async function findImages(folder: string, format: Format): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw noImages(`${folder} cannot be read: ${messageOf(error)}`);
  });
  const files = entries
    .filter((entry) => entry.isFile() && FORMAT_OF[extname(entry.name).toLowerCase()] === format)
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).split(sep).some(isSystemName))
    .sort();
  if (files.length > 0) return files;
  throw noImages(`There is no ${format} file in ${folder}`);
}

function noImages(why: string): SmearwatchError {
  return new SmearwatchError('bench-no-images', why);
}

interface Multiplication {
  readonly count: number;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Links the sources themselves, then makes copies of them in turn until there are enough. */
async function multiply(
  sources: readonly string[],
  format: Format,
  { count, folder, signal }: Multiplication,
): Promise<ImageFolder> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  let bytes = 0;
  for (const [at, source] of sources.slice(0, count).entries()) {
    const content = await readFile(source);
    if (at === 0) await refuseTooMany(folder, count * content.length);
    for (let number = at; number < count; number += sources.length) {
      signal.throwIfAborted();
      const file = join(folder, `smear-${String(number).padStart(6, '0')}${EXTENSION[format]}`);
      if (number !== at || !(await isLinked(source, file)))
        await writeFile(file, number === at ? content : distinctCopy(content, format, number));
      files.push(file);
      bytes += content.length;
    }
  }
  return {
    folder,
    files: files.sort(),
    bytesPerFile: Math.round(bytes / count),
    extension: EXTENSION[format],
  };
}

/** Whether the file could be linked; on another file system, or one without links, it must be copied. */
async function isLinked(source: string, file: string): Promise<boolean> {
  return link(source, file).then(
    () => true,
    () => false,
  );
}

async function refuseTooMany(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free > bytes + SPARE_BYTES) return;
  throw new SmearwatchError(
    'bench-no-room',
    `${folder} has ${free} bytes free, and the images take about ${bytes}`,
  );
}

/**
 * Reads the files into the system's page cache, where files are that a scanner has just written; they may not
 * stay there.
 */
export async function warmUp({ files }: ImageFolder, signal: AbortSignal): Promise<void> {
  for (const file of files) {
    signal.throwIfAborted();
    await readFile(file);
  }
}
