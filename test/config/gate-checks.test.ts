import { expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';

const load = (gate: string) =>
  parseConfig(
    `{stateFolder: s, scanners: [{name: a, folder: b}], evaluation: {gates: [${gate}]}}`,
    '/etc/smearwatch.yaml',
  );

it('a gate may ask for a figure of a class, of one model, and against the promoted version', () => {
  const gate = { figure: 'recall', class: 'abnormal-monocyte', model: 'alexnet', min: 0.9, maxFall: 0.01 };
  expect(load(JSON.stringify(gate)).evaluation.gates).toEqual([gate]);
});

it.each([
  ['{figure: recall}', 'gates[0]: has no limit: set min, max, maxFall'],
  [
    '{figure: shareRight, class: x, min: 0.5}',
    'gates[0].class: shareRight does not exist for a single class',
  ],
  ['{figure: recal, min: 0.5}', 'did you mean "recall"?'],
  ['{figure: recall, min: 0.5, maxfall: 0.1}', 'did you mean "maxFall"?'],
  ['{min: 0.5}', 'gates[0].figure: is missing'],
])('%s is refused', (gate, message) => {
  expect(() => load(gate)).toThrow(message);
});
