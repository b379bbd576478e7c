import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder as userCache } from '../../cache-folder.js';
import type { Config, ModelConfig } from '../../config/schema.js';
import { ENGINES_OF_FORMAT } from '../../engine.js';
import { SmearwatchError } from '../../errors.js';
import type { ModelIdentity } from '../../record.js';
import { Registry, type ModelVersion } from './registry.js';

/** The registry that ships with Smearwatch: the folder `models/` next to that of the compiled code. */
export const SHIPPED_REGISTRY = fileURLToPath(new URL('../../../models', import.meta.url));

/** Default folder for unpacked models, when the configuration names none. */
export function modelCache(): string {
  return join(userCache(), 'models');
}

/**
 * Finds the versions that a configuration names at this moment: labels such as `alexnet@production` can be
 * moved at any time. It reads manifests only; `loadModelSpecs` verifies the files.
 * @throws SmearwatchError `model-unknown`, `manifest-invalid`
 */
export async function resolveModels(models: Config['models']): Promise<ModelIdentity[]> {
  const registry = openRegistry(models);
  const resolved = models.use.map(async (use) => identityOf(await registry.resolve(use.model), use));
  return Promise.all(resolved);
}

/** A version that a configuration names, with its engine. */
export interface FoundModel {
  readonly identity: ModelIdentity;
  readonly version: ModelVersion;
}

/**
 * Finds the models that a configuration names, and checks that they can serve together. It reads manifests
 * only.
 * @throws SmearwatchError the registry's codes, `engine-unsuitable` when a model has a format that its engine
 *   does not serve, `models-repeated` when two references mean one version, and `models-incompatible` when
 *   the models' classes differ
 */
export async function findModels(models: Config['models']): Promise<FoundModel[]> {
  const registry = openRegistry(models);
  const found: FoundModel[] = [];
  for (const use of models.use) {
    const version = await registry.resolve(use.model);
    assertServed(version, use);
    found.push({ identity: identityOf(version, use), version });
  }
  assertNamedOnce(models.use, found);
  assertSameClasses(found);
  return found;
}

/**
 * Finds the configured models like `findModels`, verifies their files against the registry's SHA-256, and
 * unpacks packed ones.
 */
export async function loadModelSpecs(models: Config['models']): Promise<ModelSpec[]> {
  return materialiseModels(models, await findModels(models));
}

/**
 * Verifies and unpacks models that have been found.
 * @throws SmearwatchError `model-damaged`
 */
export async function materialiseModels(
  models: Config['models'],
  found: readonly FoundModel[],
): Promise<ModelSpec[]> {
  const registry = openRegistry(models);
  const specs: ModelSpec[] = [];
  for (const { identity, version } of found) {
    specs.push({ identity, file: await registry.materialise(version), classes: version.manifest.classes });
  }
  return specs;
}

export function openRegistry({
  registry,
  cacheFolder,
}: Pick<Config['models'], 'registry' | 'cacheFolder'>): Registry {
  return new Registry(registry ?? SHIPPED_REGISTRY, { cacheFolder: cacheFolder ?? modelCache() });
}

function identityOf({ manifest }: ModelVersion, { engine }: ModelConfig): ModelIdentity {
  const { name, version, weightsSha256, precision } = manifest;
  return { name, version: String(version), weightsSha256, engine, precision };
}

function assertServed({ name, version, manifest: { format } }: ModelVersion, use: ModelConfig): void {
  const engines = ENGINES_OF_FORMAT[format];
  if (engines.includes(use.engine)) return;
  throw new SmearwatchError(
    'engine-unsuitable',
    `${name}@${version} is of the format ${format}, which the engine ${use.engine} does not serve`,
    {
      hint:
        `Configure its engine in models.use: { model: ${use.model}, engine: ${engines.join(' or ')} }, ` +
        'or name it with --engine of `smearwatch classify` and `smearwatch evaluate`.',
    },
  );
}

/**
 * Rejects one version under two names, which would agree with itself and count twice. Two engines may serve
 * one version.
 */
function assertNamedOnce(use: Config['models']['use'], found: readonly FoundModel[]): void {
  const keys = found.map(({ identity: { name, version, engine } }) => `${name}@${version} by ${engine}`);
  const second = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  const [repeated, earlier] = [use[second], use[keys.indexOf(keys[second] ?? '')]];
  if (repeated === undefined || earlier === undefined) return;
  const references = [earlier, repeated].map(({ model }) => model).join(' and ');
  throw new SmearwatchError('models-repeated', `${references} are the same version, ${keys[second] ?? ''}`);
}

/**
 * Rejects models of different classes, which cannot agree or disagree. The order of the classes may differ.
 */
function assertSameClasses(models: readonly FoundModel[]): void {
  const classesOf = ({ version }: FoundModel): string => [...version.manifest.classes].sort().join(', ');
  const [first] = models;
  const odd = first && models.find((model) => classesOf(model) !== classesOf(first));
  if (!odd) return;
  throw new SmearwatchError(
    'models-incompatible',
    `${odd.identity.name}@${odd.identity.version} has the classes ${classesOf(odd)}; ` +
      `${first.identity.name}@${first.identity.version} knows ${classesOf(first)}`,
  );
}

/** One model for a worker: its identity, and the path of its verified file. */
export interface ModelSpec {
  readonly identity: ModelIdentity;
  /** Path of the model's `model.onnx` or `model.json`; its SHA-256 is `identity.weightsSha256`. */
  readonly file: string;
  /** Class names in the order of the probabilities. */
  readonly classes: readonly string[];
}
