import { constants } from 'node:fs';
import { access, opendir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOfSink, isWithin } from '../../config/paths.js';
import type { Config, ScannerConfig } from '../../config/schema.js';
import { errnoOf, messageOf } from '../../errors.js';
import { formatBytes } from '../output.js';
import { fail, ok, warn, type Check } from './check.js';
import { volumeOf } from '../../files/volume.js';
import { createFileFilter, type FileFilter } from '../../files/file-patterns.js';
import { within } from '../../within.js';

const PATIENCE_MS = 5000;

/**
 * Every folder that the configuration names: is it there, may it be used as it is meant to, is there room?
 */
export async function checkFolders(config: Config): Promise<Check[]> {
  const scanners = config.scanners.map(
    (scanner) => [`scanner ${scanner.name}`, scanner.folder, checkScanner(scanner)] as const,
  );
  const written = writtenFolders(config).map(
    ({ name, folder }) => [name, folder, checkWritten(name, folder)] as const,
  );
  const checks = [...scanners, ...written].map(async ([name, folder, check]) => {
    const answer = await within(
      PATIENCE_MS,
      check.catch((error: unknown) => failed(name, folder, error)),
    );
    return (
      answer ??
      fail(name, `${folder} does not answer within 5 s`, 'Is the network share mounted, and its server up?')
    );
  });
  return [...(await Promise.all(checks)), await checkOverlap(config)];
}

/** Fixes by the operating system's error code. */
const FIXES: Readonly<Record<string, string>> = {
  EACCES: 'Give this user the permission.',
  EROFS: 'Mount it writable; under systemd, name it in ReadWritePaths= of the unit.',
  ENOSPC: 'Make room on this disk.',
};

function failed(name: string, folder: string, error: unknown): Check {
  return fail(name, `${folder}: ${messageOf(error)}`, FIXES[errnoOf(error) ?? ''] ?? 'Check the folder.');
}

async function checkScanner({ name, folder, watch, afterwards }: ScannerConfig): Promise<Check> {
  const title = `scanner ${name}`;
  const missing = await missingFolder(title, folder);
  if (missing) return missing;
  await access(folder, constants.R_OK | constants.X_OK);
  if (afterwards.action !== 'keep') {
    const isWritable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    const fix = `Let this user write there, or set "afterwards" to keep.`;
    if (!isWritable)
      return fail(title, `${folder} is not writable, but files must be ${afterwards.action}d`, fix);
  }
  const { network } = await volumeOf(folder);
  if (network !== undefined && watch === 'native') {
    const fix = 'Set "watch: polling" for this scanner: shares send no events for what other machines write.';
    return warn(title, `${folder} is on a network share (${network}) and is watched natively`, fix);
  }
  return ok(title, `${folder} is readable`);
}

async function missingFolder(title: string, folder: string): Promise<Check | undefined> {
  const found = await stat(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined)
    return fail(title, `${folder} does not exist`, 'Create or mount it, or correct the path.');
  return found.isDirectory() ? undefined : fail(title, `${folder} is not a folder`, 'Correct the path.');
}

interface WrittenFolder {
  readonly name: string;
  readonly folder: string;
}

function writtenFolders({ stateFolder, sinks, scanners }: Config): WrittenFolder[] {
  return [
    { name: 'state', folder: stateFolder },
    ...sinks.flatMap((sink) => {
      const folder = folderOfSink(sink);
      return folder === undefined ? [] : [{ name: `sink ${sink.name}`, folder }];
    }),
    ...scanners.flatMap(({ name, afterwards }) =>
      afterwards.action === 'move' ? [{ name: `moved files of ${name}`, folder: afterwards.to }] : [],
    ),
  ];
}

const FREE_FAIL_BYTES = 200_000_000;
const FREE_WARN_BYTES = 2_000_000_000;

async function checkWritten(name: string, folder: string): Promise<Check> {
  const volume = await volumeOf(folder);
  const isThere = volume.folder === folder;
  if (isThere) await writeProbe(folder);
  else await access(volume.folder, constants.W_OK | constants.X_OK);
  const detail = `${folder} ${isThere ? 'is writable' : 'will be created'}, ${formatBytes(volume.freeBytes)} free`;
  if (volume.freeBytes < FREE_FAIL_BYTES) return fail(name, detail, 'Make room on this disk.');
  if (name === 'state' && volume.network !== undefined) {
    return warn(
      name,
      `${detail}, on a network share (${volume.network})`,
      'Put stateFolder on a local disk: SQLite is not safe on shares.',
    );
  }
  if (name === 'state' && volume.isInMemory) {
    return warn(
      name,
      `${detail}, in memory`,
      'Put stateFolder on a disk, or the ledger is lost at a restart.',
    );
  }
  return volume.freeBytes < FREE_WARN_BYTES
    ? warn(name, detail, 'Make room on this disk soon.')
    : ok(name, detail);
}

/** Permissions do not tell the truth on shares and read-only mounts: only writing does. */
async function writeProbe(folder: string): Promise<void> {
  const probe = join(folder, `.smearwatch-doctor-${process.pid}`);
  try {
    await writeFile(probe, '', { flag: 'wx' });
  } finally {
    await rm(probe, { force: true });
  }
}

/** The configuration was checked by names; links may still lead one folder into another. */
async function checkOverlap(config: Config): Promise<Check> {
  const real = async (path: string): Promise<string> =>
    (await within(
      PATIENCE_MS,
      realpath(path).catch(() => path),
    )) ?? path;
  const scanners = await Promise.all(
    config.scanners.map(async ({ name, folder }) => ({
      name: `scanner ${name}`,
      folder: await real(folder),
    })),
  );
  const others = await Promise.all(
    writtenFolders(config).map(async ({ name, folder }) => ({ name, folder: await real(folder) })),
  );
  for (const scanner of scanners) {
    const inside = [...scanners.filter((other) => other !== scanner), ...others].find(({ folder }) =>
      isWithin(folder, scanner.folder),
    );
    if (inside) {
      const detail = `the folder of ${inside.name} (${inside.folder}) is inside that of ${scanner.name}, through a link`;
      return fail(
        'overlap',
        detail,
        'Separate the folders: what is written there could be taken for new images.',
      );
    }
  }
  return ok('overlap', 'No folder is inside a scanner’s folder');
}

/** Folders below those that are watched natively, counted up to `limit` and for a few seconds at most. */
export async function countWatchedFolders(config: Config, limit = 100_000): Promise<number> {
  let count = 0;
  const until = Date.now() + PATIENCE_MS;
  const walk = async (root: string, folder: string, filter: FileFilter): Promise<void> => {
    count += 1;
    // The check of the folder itself reports a failure.
    const entries = await opendir(join(root, folder)).catch(() => undefined);
    if (entries === undefined) return;
    for await (const entry of entries) {
      if (count >= limit || Date.now() > until) return;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && filter.isWatchedFolder(path)) await walk(root, path, filter);
    }
  };
  for (const scanner of config.scanners) {
    if (scanner.watch === 'native')
      await within(PATIENCE_MS, walk(scanner.folder, '', createFileFilter(scanner)));
  }
  return count;
}
