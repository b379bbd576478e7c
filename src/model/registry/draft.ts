import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackModel } from '../onnx/pack.js';
import {
  copySynced,
  digestBytes,
  digestFile,
  makeTemporaryFolder,
  moveIntoPlace,
  syncFolder,
  writeSynced,
  type FileDigest,
} from './files.js';
import {
  checkManifest,
  MANIFEST_FILE,
  manifestInvalid,
  MODEL_FILE,
  PACKED_FILE,
  type Manifest,
  type ManifestFile,
} from './manifest.js';

/** A file's bytes, or the path of a file to copy. */
export type Content = Uint8Array | string;

/** A model version before it has a number. */
export interface ModelDraft extends Pick<
  Manifest,
  'name' | 'architecture' | 'classes' | 'precision' | 'trainedOn' | 'evaluation' | 'software' | 'intendedUse'
> {
  readonly preprocessing?: string;
  /** `model.onnx`: given as is, or packed (see `packModel`), and then kept packed. */
  readonly model: { readonly onnx: Content } | { readonly packed: Uint8Array };
  /** Further files by name, for instance the history of the training. */
  readonly files?: Readonly<Record<string, Content>>;
}

const PREPROCESSING =
  'Input: uint8 RGB, 256×256, the whole image resized. All further steps are nodes of model.onnx.';

/**
 * Writes a version that is complete the moment it appears: into a temporary folder beside it, every file synced, then
 * renamed. The number is settled by that rename: if another process took it first, the next one is tried.
 * @param nextVersion the number to try, asked again after each collision
 * @throws SmearwatchError `manifest-invalid`, `model-damaged`
 */
export async function writeVersion(
  modelFolder: string,
  draft: ModelDraft,
  nextVersion: () => Promise<number>,
): Promise<{ folder: string; manifest: Manifest }> {
  checkDraft(draft);
  const temporary = await makeTemporaryFolder(modelFolder);
  try {
    const files = await writeFiles(temporary, draft);
    for (;;) {
      const manifest = manifestOf(draft, await nextVersion(), files);
      await writeSynced(join(temporary, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
      await syncFolder(temporary);
      const folder = join(modelFolder, String(manifest.version));
      if (!(await moveIntoPlace(temporary, folder))) continue;
      await syncFolder(modelFolder);
      return { folder, manifest };
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Everything about a draft that can be wrong, names of further files included, before anything is written. */
function checkDraft(draft: ModelDraft): void {
  const names = Object.keys(draft.files ?? {});
  const reserved = names.find((name) => [MODEL_FILE, PACKED_FILE, MANIFEST_FILE].includes(name));
  if (reserved !== undefined)
    throw manifestInvalid(`The draft of ${draft.name}`, `files: ${reserved} is reserved`);
  const unknown = { sha256: '0'.repeat(64), bytes: 1 };
  const files = Object.fromEntries([MODEL_FILE, ...names].map((name) => [name, unknown]));
  checkManifest(manifestOf(draft, 1, files), `The draft of ${draft.name}`);
}

function manifestOf(draft: ModelDraft, version: number, files: Record<string, ManifestFile>): Manifest {
  const { name, architecture, classes, precision, trainedOn, evaluation, software, intendedUse } = draft;
  return {
    manifestVersion: 1,
    name,
    version,
    createdAt: new Date().toISOString(),
    intendedUse,
    architecture,
    classes,
    precision,
    preprocessing: draft.preprocessing ?? PREPROCESSING,
    weightsSha256: files[MODEL_FILE]?.sha256 ?? '',
    files,
    trainedOn,
    evaluation,
    software,
  };
}

async function writeFiles(
  folder: string,
  { model, files = {} }: ModelDraft,
): Promise<Record<string, ManifestFile>> {
  const written: Record<string, ManifestFile> = {};
  if ('onnx' in model) written[MODEL_FILE] = await writeContent(join(folder, MODEL_FILE), model.onnx);
  else {
    const digest = await writeContent(join(folder, PACKED_FILE), model.packed);
    written[MODEL_FILE] = {
      ...digestBytes(unpackModel(model.packed)),
      packed: { path: PACKED_FILE, ...digest },
    };
  }
  for (const [name, content] of Object.entries(files)) {
    written[name] = await writeContent(join(folder, name), content);
  }
  return written;
}

async function writeContent(file: string, content: Content): Promise<FileDigest> {
  if (typeof content !== 'string') {
    await writeSynced(file, content);
    return digestBytes(content);
  }
  await copySynced(content, file);
  return digestFile(file);
}
