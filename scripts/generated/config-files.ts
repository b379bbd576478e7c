import { defaultConfigFile } from './default-config.js';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { configReference } from './config-reference.js';

/** The files that follow from the schema, by their path in the repository. A test holds them up to date. */
export function generatedConfigFiles(): Readonly<Record<string, string>> {
  return {
    'config/schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
    'config/default.yaml': `${defaultConfigFile()}\n`,
    'docs/configuration.md': configReference(),
  };
}
