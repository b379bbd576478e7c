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
  const { openRegistry: openConfigured } = await import('../model/registry/in-use.js');
  const { loadConfig } = await import('../config/load.js');
  const models = config === undefined ? undefined : loadConfig(config).config.models;
  return openConfigured({
    registry: registry === undefined ? models?.registry : resolve(registry),
    cacheFolder: models?.cacheFolder,
  });
}
