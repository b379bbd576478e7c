import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errnoOf, messageOf, SmearwatchError } from '../../errors.js';
import { digestBytes, digestFile } from '../../files/digest-file.js';
import { syncFolder } from '../../files/sync-file.js';
import { makeTemporaryFolder, moveIntoPlace } from '../../files/temporary-folder.js';
import { unpackModel } from '../onnx/unpack-model.js';
import type { Manifest } from './manifest.js';
import { MODEL_FILE, MODEL_FILES, modelFileOf } from './model-files.js';

/** A model version's folder and its manifest. */
export interface VersionFiles {
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * The path of a version's `model.onnx` or `model.json`, after checking its SHA-256 and that of the files that
 * belong to it. A packed one is unpacked into `<cacheFolder>/<sha256>/`, once: two processes that do so at
 * the same time write the same bytes, and the second finds the first's.
 * @throws SmearwatchError `model-damaged`
 */
export async function materialise({ folder, manifest }: VersionFiles, cacheFolder: string): Promise<string> {
  const sha256 = manifest.weightsSha256;
  const packed = manifest.files[MODEL_FILE]?.packed;
  if (packed === undefined) return checkedFiles(folder, manifest);
  const cached = join(cacheFolder, sha256, MODEL_FILE);
  if ((await digestOf(cached)) === sha256) return cached;
  const bytes = unpackChecked(await readPacked(join(folder, packed.path), packed.sha256), folder, sha256);
  await writeToCache(bytes, cacheFolder, sha256);
  return checked(cached, sha256);
}

async function checkedFiles(folder: string, { format, files }: Manifest): Promise<string> {
  for (const file of MODEL_FILES[format]) await checked(join(folder, file), files[file]?.sha256 ?? '');
  return join(folder, modelFileOf({ format }));
}

async function readPacked(file: string, sha256: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw damaged(file, `it cannot be read: ${messageOf(error)}`, error);
  });
  const found = digestBytes(bytes).sha256;
  if (found !== sha256) throw differs(file, sha256, found);
  return bytes;
}

function unpackChecked(packed: Uint8Array, folder: string, sha256: string): Uint8Array {
  const bytes = unpackModel(packed);
  const found = digestBytes(bytes).sha256;
  if (found !== sha256) throw differs(join(folder, `${MODEL_FILE} (unpacked)`), sha256, found);
  return bytes;
}

async function writeToCache(bytes: Uint8Array, cacheFolder: string, sha256: string): Promise<void> {
  const temporary = await makeTemporaryFolder(cacheFolder);
  const target = join(cacheFolder, sha256);
  try {
    await writeFile(join(temporary, MODEL_FILE), bytes, { flush: true });
    await syncFolder(temporary);
    if (await moveIntoPlace(temporary, target)) return;
    // Another process was first, or the existing file is damaged: only a damaged file is replaced.
    if ((await digestOf(join(target, MODEL_FILE))) === sha256) return;
    await rm(target, { recursive: true, force: true });
    await moveIntoPlace(temporary, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await syncFolder(cacheFolder);
  }
}

/** SHA-256 of a file, or undefined when the file is missing. */
export async function digestOf(file: string): Promise<string | undefined> {
  try {
    return (await digestFile(file)).sha256;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw damaged(file, `it cannot be read: ${messageOf(error)}`, error);
  }
}

async function checked(file: string, sha256: string): Promise<string> {
  const found = await digestOf(file);
  if (found === undefined) throw damaged(file, 'it is missing');
  if (found !== sha256) throw differs(file, sha256, found);
  return file;
}

function differs(file: string, expected: string, found: string): SmearwatchError {
  return damaged(file, `its SHA-256 is ${found}, and ${expected} was expected`);
}

function damaged(file: string, why: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError('model-damaged', `${basename(file)} is damaged: ${why} (${file})`, { cause });
}
