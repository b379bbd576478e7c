import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generatedConfigFiles } from '../../../scripts/generated/config-files.js';
import { loadConfig, parseConfig } from '../../../src/config/load.js';
import { configOptions, flatten } from '../../../src/config/options.js';
import { generatedErrorsReference } from '../../../scripts/generated/errors-reference.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

it.each(Object.entries({ ...generatedConfigFiles(), ...generatedErrorsReference() }))(
  '%s is up to date',
  (path, content) => {
    expect(readFileSync(`${root}${path}`, 'utf8'), 'out of date: run `npm run generate`').toBe(content);
  },
);

it('config/default.yaml loads, and equals the defaults', () => {
  const { config } = loadConfig(`${root}config/default.yaml`);
  const minimal = 'stateFolder: state\nscanners: [{name: scanner-1, folder: incoming}]';
  expect(config).toEqual(parseConfig(minimal, `${root}config/default.yaml`));
});

it('every option has a description', () => {
  const silent = flatten(configOptions()).filter(({ description }) => description === '');
  expect(silent.map(({ path }) => path)).toEqual([]);
});

describe('the example', () => {
  const examples = readdirSync(`${root}config/examples`);
  it.each(examples)('%s loads', (name) => {
    expect(loadConfig(`${root}config/examples/${name}`).config.scanners.length).toBeGreaterThan(0);
  });
});
