import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFormat } from '../../engine.js';
import { digestBytes, digestFile, type FileDigest } from '../../files/digest-file.js';
import { syncFile } from '../../files/sync-file.js';
import { unpackModel } from '../onnx/unpack-model.js';
import type { ManifestFile } from './manifest.js';
import { LAYERS_FILE, MODEL_FILE, PACKED_FILE, WEIGHTS_FILE } from './model-files.js';

/** A file's bytes, or the path of a file to copy. */
export type FileContent = Uint8Array | string;

/**
 * Content of a version: `model.onnx`, plain or packed (see `packModel`), in which case it stays packed; or a
 * LayersModel's two files.
 */
export type ModelContent =
  | { readonly onnx: FileContent }
  | { readonly packed: Uint8Array }
  | { readonly layers: FileContent; readonly weights: FileContent };

export function formatOf(model: ModelContent): ModelFormat {
  return 'layers' in model ? 'layers-model' : 'onnx';
}

/**
 * Writes a version's files, synced.
 * @returns their description for the manifest
 * @throws SmearwatchError `model-damaged`
 */
export async function writeContents(
  folder: string,
  model: ModelContent,
  files: Readonly<Record<string, FileContent>> = {},
): Promise<Record<string, ManifestFile>> {
  const written: Record<string, ManifestFile> = {};
  if ('packed' in model) written[MODEL_FILE] = await writePacked(folder, model.packed);
  for (const [name, content] of [...plainContents(model), ...Object.entries(files)]) {
    written[name] = await writeContent(join(folder, name), content);
  }
  return written;
}

function plainContents(model: ModelContent): [string, FileContent][] {
  if ('packed' in model) return [];
  if ('onnx' in model) return [[MODEL_FILE, model.onnx]];
  return [
    [LAYERS_FILE, model.layers],
    [WEIGHTS_FILE, model.weights],
  ];
}

async function writePacked(folder: string, packed: Uint8Array): Promise<ManifestFile> {
  const digest = await writeContent(join(folder, PACKED_FILE), packed);
  return { ...digestBytes(unpackModel(packed)), packed: { path: PACKED_FILE, ...digest } };
}

async function writeContent(file: string, content: FileContent): Promise<FileDigest> {
  if (typeof content !== 'string') {
    await writeFile(file, content, { flush: true });
    return digestBytes(content);
  }
  await copyFile(content, file);
  await syncFile(file);
  return digestFile(file);
}
