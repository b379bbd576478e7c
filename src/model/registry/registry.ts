import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, hasCode, messageOf, SmearwatchError } from '../../errors.js';
import { decodeText } from '../../text/decode-text.js';
import { writeVersion, type ModelDraft } from './draft.js';
import { DEFAULT_LABEL, readLabels, writeLabel } from './labels.js';
import { limitsMissed, missedLimits } from './limits.js';
import { MANIFEST_FILE, manifestInvalid, MODEL_NAME, parseManifest, type Manifest } from './manifest.js';
import { materialise } from './materialise.js';
import { LABEL, parseReference, VERSION } from './reference.js';
import { verifyVersion, type FileReport } from './verify.js';

/** One version of a model in the registry. */
export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Labels that currently point at it. */
  readonly labels: readonly string[];
}

export interface RegistryOptions {
  /** Folder for unpacked models; it may be deleted at any time while nothing runs. */
  readonly cacheFolder: string;
}

/**
 * The models of a folder, `<folder>/<name>/<version>/`. A version never changes once it exists; labels do.
 * Nothing is kept in memory: the next call sees what another process has added or promoted.
 */
export class Registry {
  constructor(
    readonly folder: string,
    private readonly options: RegistryOptions,
  ) {}

  /** Names of all models, sorted. */
  async names(): Promise<string[]> {
    return (await foldersIn(this.folder)).filter((name) => MODEL_NAME.test(name)).sort();
  }

  /** Version numbers of a model, ascending; empty when the model does not exist. */
  async versions(name: string): Promise<number[]> {
    if (!MODEL_NAME.test(name)) return [];
    const folders = await foldersIn(join(this.folder, name));
    return folders
      .filter((folder) => VERSION.test(folder))
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** All versions of all models, by name and number. @throws SmearwatchError `manifest-invalid` */
  async list(): Promise<ModelVersion[]> {
    const found: ModelVersion[] = [];
    for (const name of await this.names()) {
      for (const version of await this.versions(name)) found.push(await this.read(name, version));
    }
    return found;
  }

  /**
   * The version that a reference names: `name@version`, `name@label`, or `name` alone, which is its label
   * `production` or, without one, its highest version that did not miss its limits.
   * @throws SmearwatchError `model-unknown`, `manifest-invalid`
   */
  async resolve(reference: string): Promise<ModelVersion> {
    const parsed = parseReference(reference);
    if (parsed.kind === 'version') return this.read(parsed.name, parsed.version);
    const labels = await readLabels(join(this.folder, parsed.name));
    const labelled = labels.get(parsed.kind === 'label' ? parsed.label : DEFAULT_LABEL);
    if (labelled !== undefined) return this.read(parsed.name, labelled);
    const highest = parsed.kind === 'default' ? await this.#highest(parsed.name) : undefined;
    if (highest === undefined) throw await this.#unknown(reference);
    return highest;
  }

  /**
   * Reads one version.
   * @throws SmearwatchError `model-unknown`, `manifest-invalid`
   */
  async read(name: string, version: number): Promise<ModelVersion> {
    if (!(await this.versions(name)).includes(version)) throw await this.#unknown(`${name}@${version}`);
    const folder = join(this.folder, name, String(version));
    const manifest = await readManifest(folder, name, version);
    const labels = await readLabels(join(this.folder, name));
    const pointing = [...labels].filter(([, target]) => target === version).map(([label]) => label);
    return { name, version, folder, manifest, labels: pointing };
  }

  /**
   * Adds a version under the next free number. @throws SmearwatchError `manifest-invalid`, `model-damaged`
   */
  async add(draft: ModelDraft): Promise<ModelVersion> {
    const { name } = draft;
    const nextVersion = async () => ((await this.versions(name)).at(-1) ?? 0) + 1;
    const { folder, manifest } = await writeVersion(join(this.folder, name), draft, nextVersion);
    return { name, version: manifest.version, folder, manifest, labels: [] };
  }

  /**
   * Points a label at a version that exists.
   * @param isForced allows a version that missed its limits
   * @throws SmearwatchError `model-unknown`, `label-invalid`, `model-limits-missed`
   */
  async promote(
    name: string,
    version: number,
    label: string = DEFAULT_LABEL,
    isForced = false,
  ): Promise<void> {
    if (!LABEL.test(label)) {
      throw new SmearwatchError('label-invalid', `"${label}" is not a valid label`);
    }
    const failures = missedLimits((await this.read(name, version)).manifest);
    if (failures.length > 0 && !isForced) throw limitsMissed(name, version, failures);
    await writeLabel(join(this.folder, name), label, version);
  }

  /** The version that a label points at, if any. @throws SmearwatchError `manifest-invalid` */
  async labelled(name: string, label: string): Promise<number | undefined> {
    return (await readLabels(join(this.folder, name))).get(label);
  }

  /** Reads all models again (or one model, or one version) and reports for each file whether it is intact. */
  async verify(name?: string, version?: number): Promise<FileReport[]> {
    const reports: FileReport[] = [];
    for (const each of name === undefined ? await this.names() : [name]) {
      const versions = version === undefined ? await this.versions(each) : [version];
      if (versions.length === 0 && name !== undefined) throw await this.#unknown(name);
      for (const number of versions) reports.push(...(await this.#verifyOne(each, number)));
    }
    return reports;
  }

  /**
   * The path of a verified `model.onnx`, unpacked if necessary, or of a verified `model.json`. @throws
   * SmearwatchError `model-damaged`
   */
  materialise(model: Pick<ModelVersion, 'folder' | 'manifest'>): Promise<string> {
    return materialise(model, this.options.cacheFolder);
  }

  async #highest(name: string): Promise<ModelVersion | undefined> {
    for (const version of (await this.versions(name)).reverse()) {
      const found = await this.read(name, version);
      if (missedLimits(found.manifest).length === 0) return found;
    }
    return undefined;
  }

  async #verifyOne(name: string, version: number): Promise<FileReport[]> {
    try {
      return await verifyVersion(await this.read(name, version));
    } catch (error) {
      if (!hasCode(error, 'manifest-invalid')) throw error;
      const file = join(this.folder, name, String(version), MANIFEST_FILE);
      return [{ name, version, file, state: 'invalid', message: messageOf(error) }];
    }
  }

  async #unknown(reference: string): Promise<SmearwatchError> {
    const existing: string[] = [];
    for (const name of await this.names()) {
      const labels = await readLabels(join(this.folder, name));
      const targets = [...(await this.versions(name)), ...labels.keys()];
      existing.push(...targets.map((target) => `${name}@${target}`));
    }
    return new SmearwatchError('model-unknown', `There is no model ${reference} in ${this.folder}`, {
      hint: existing.length === 0 ? 'The registry is empty.' : `Existing: ${existing.join(', ')}.`,
    });
  }
}

async function readManifest(folder: string, name: string, version: number): Promise<Manifest> {
  const file = join(folder, MANIFEST_FILE);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw manifestInvalid(file, `it cannot be read: ${messageOf(error)}`, error);
  });
  const text = decodeText(bytes, ({ what }) => manifestInvalid(file, what));
  const manifest = parseManifest(text, file);
  if (manifest.name !== name)
    throw manifestInvalid(file, `name: is ${manifest.name}, in a folder called ${name}`);
  if (manifest.version !== version) {
    throw manifestInvalid(file, `version: is ${manifest.version}, in a folder called ${version}`);
  }
  return manifest;
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
