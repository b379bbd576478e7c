import { resolve } from 'node:path';
import type { Options } from 'yargs';
import type { Registry } from '../model/registry/registry.js';
import { configOption } from './options.js';

/** Which registry a command means. */
export const registryOptions = {
  registry: {
    type: 'string',
    requiresArg: true,
    describe: "The registry's folder, instead of the configuration's or the one that ships with Smearwatch.",
  },
  config: { ...configOption, describe: 'Configuration file whose models.registry is meant.' },
} as const satisfies Readonly<Record<string, Options>>;

export interface RegistryLocation {
  readonly registry: string | undefined;
  readonly config: string | undefined;
}

export async function openRegistry({ registry, config }: RegistryLocation): Promise<Registry> {
  const { Registry: Registries } = await import('../model/registry/registry.js');
  const { modelCache, SHIPPED_REGISTRY } = await import('../pool/model-specs.js');
  const { loadConfig } = await import('../config/load.js');
  const models = config === undefined ? undefined : loadConfig(config).config.models;
  const folder = registry === undefined ? (models?.registry ?? SHIPPED_REGISTRY) : resolve(registry);
  return new Registries(folder, { cacheFolder: models?.cacheFolder ?? modelCache() });
}
