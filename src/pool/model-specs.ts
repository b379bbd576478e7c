import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config, ModelConfig } from '../config/schema.js';
import { cacheFolder as userCache } from '../cache-folder.js';
import { SmearwatchError } from '../errors.js';
import { Registry, type ModelVersion } from '../model/registry/registry.js';
import type { ModelIdentity } from '../record.js';
import type { ModelSpec } from './protocol.js';

/** The registry that ships with Smearwatch: `models/` beside the compiled code's folder. */
export const SHIPPED_REGISTRY = fileURLToPath(new URL('../../models', import.meta.url));

/** Where packed models are unpacked when the configuration names no folder. */
export function modelCache(): string {
  return join(userCache(), 'models');
}

/**
 * Which versions a configuration means at this moment: labels such as `alexnet@production` can be moved at any time.
 * Reads manifests only; `loadModelSpecs` verifies the files.
 * @throws SmearwatchError `model-unknown`, `manifest-invalid`
 */
export async function resolveModels(models: Config['models']): Promise<ModelIdentity[]> {
  const registry = openRegistry(models);
  const resolved = models.use.map(async (use) => identityOf(await registry.resolve(use.model), use));
  return Promise.all(resolved);
}

/**
 * Finds the models that a configuration names, verifies their files against the registry's SHA-256, and unpacks them
 * where they are packed.
 * @throws SmearwatchError the registry's codes, and `models-incompatible` when the models know different classes
 */
export async function loadModelSpecs(models: Config['models']): Promise<ModelSpec[]> {
  const registry = openRegistry(models);
  const specs: ModelSpec[] = [];
  for (const use of models.use) {
    const version = await registry.resolve(use.model);
    const file = await registry.materialise(version);
    specs.push({ identity: identityOf(version, use), file, classes: version.manifest.classes });
  }
  assertSameClasses(specs);
  return specs;
}

function openRegistry({ registry, cacheFolder }: Config['models']): Registry {
  return new Registry(registry ?? SHIPPED_REGISTRY, { cacheFolder: cacheFolder ?? modelCache() });
}

function identityOf({ manifest }: ModelVersion, { engine }: ModelConfig): ModelIdentity {
  const { name, version, weightsSha256, precision } = manifest;
  return { name, version: String(version), weightsSha256, engine, precision };
}

/** Only models of the same classes can agree or disagree. Their order may differ. */
function assertSameClasses(specs: readonly ModelSpec[]): void {
  const classesOf = ({ classes }: ModelSpec): string => [...classes].sort().join(', ');
  const [first] = specs;
  const odd = first && specs.find((spec) => classesOf(spec) !== classesOf(first));
  if (!odd) return;
  throw new SmearwatchError(
    `${odd.identity.name}@${odd.identity.version} knows the classes ${classesOf(odd)}; ` +
      `${first.identity.name}@${first.identity.version} knows ${classesOf(first)}`,
    {
      code: 'models-incompatible',
      kind: 'configuration',
      hint: 'Use models of the same classes in models.use, or run a daemon for each.',
    },
  );
}
