import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../files/sync-file.js';
import { makeTemporaryFolder, moveIntoPlace } from '../../files/temporary-folder.js';
import { formatOf, writeContents, type FileContent, type ModelContent } from './contents.js';
import {
  checkManifest,
  MANIFEST_FILE,
  manifestInvalid,
  type Manifest,
  type ManifestFile,
} from './manifest.js';
import { MODEL_FILES, modelFileOf, PACKED_FILE } from './model-files.js';

/** A model version before it has a number. */
export interface ModelDraft extends Pick<
  Manifest,
  'name' | 'architecture' | 'classes' | 'precision' | 'trainedOn' | 'evaluation' | 'software' | 'intendedUse'
> {
  readonly preprocessing?: string;
  readonly model: ModelContent;
  /** Further files by name, for instance the history of the training. */
  readonly files?: Readonly<Record<string, FileContent>>;
}

const PREPROCESSING =
  'Input: uint8 RGB, 256×256, the whole image resized. All further steps are nodes of model.onnx.';

/**
 * Writes a version that is complete the moment it appears: into a temporary folder in the same place, every
 * file synced, then renamed. The rename decides the number: if another process took it first, the next one is
 * tried.
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
    const files = await writeContents(temporary, draft.model, draft.files);
    for (;;) {
      const manifest = manifestOf(draft, await nextVersion(), files);
      const content = `${JSON.stringify(manifest, null, 2)}\n`;
      await writeFile(join(temporary, MANIFEST_FILE), content, { flush: true });
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

const RESERVED = new Set<string>([MANIFEST_FILE, PACKED_FILE, ...Object.values(MODEL_FILES).flat()]);

/** Checks everything about a draft, the names of further files included, before anything is written. */
function checkDraft(draft: ModelDraft): void {
  const names = Object.keys(draft.files ?? {});
  const reserved = names.find((name) => RESERVED.has(name));
  if (reserved !== undefined)
    throw manifestInvalid(`The draft of ${draft.name}`, `files: ${reserved} is reserved`);
  const unknown = { sha256: '0'.repeat(64), bytes: 1 };
  const all = [...MODEL_FILES[formatOf(draft.model)], ...names];
  const files = Object.fromEntries(all.map((name) => [name, unknown]));
  checkManifest(manifestOf(draft, 1, files), `The draft of ${draft.name}`);
}

function manifestOf(draft: ModelDraft, version: number, files: Record<string, ManifestFile>): Manifest {
  const { name, architecture, classes, precision, trainedOn, evaluation, software, intendedUse } = draft;
  const format = formatOf(draft.model);
  return {
    manifestVersion: 1,
    name,
    version,
    createdAt: new Date().toISOString(),
    intendedUse,
    architecture,
    classes,
    precision,
    format,
    preprocessing: draft.preprocessing ?? PREPROCESSING,
    weightsSha256: files[modelFileOf({ format })]?.sha256 ?? '',
    files,
    trainedOn,
    evaluation,
    software,
  };
}
