import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config, ModelConfig } from '../config/schema.js';
import { cacheFolder as userCache } from '../cache-folder.js';
import { SmearwatchError } from '../errors.js';
import { Registry } from '../model/registry/registry.js';
import type { ModelSpec } from './protocol.js';

/** The registry that ships with Smearwatch: `models/` beside the compiled code's folder. */
export const SHIPPED_REGISTRY = fileURLToPath(new URL('../../models', import.meta.url));

/** Where packed models are unpacked when the configuration names no folder. */
export function modelCache(): string {
  return join(userCache(), 'models');
}

/**
 * Finds the models that a configuration names, verifies their files against the registry's SHA-256, and unpacks them
 * where they are packed.
 * @throws SmearwatchError the registry's codes, and `models-incompatible` when the models know different classes
 */
export async function loadModelSpecs({ registry, use, cacheFolder }: Config['models']): Promise<ModelSpec[]> {
  const models = new Registry(registry ?? SHIPPED_REGISTRY, {
    cacheFolder: cacheFolder ?? modelCache(),
  });
  const specs: ModelSpec[] = [];
  for (const { model, engine } of use) specs.push(await loadModelSpec(models, { model, engine }));
  assertSameClasses(specs);
  return specs;
}

async function loadModelSpec(registry: Registry, { model, engine }: ModelConfig): Promise<ModelSpec> {
  const version = await registry.resolve(model);
  const { manifest } = version;
  return {
    identity: {
      name: manifest.name,
      version: String(manifest.version),
      weightsSha256: manifest.weightsSha256,
      engine,
      precision: manifest.precision,
    },
    file: await registry.materialise(version),
    classes: manifest.classes,
  };
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
