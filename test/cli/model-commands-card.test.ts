import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { Registry } from '../../src/model/registry/registry.js';
import { lenetFile } from '../model/registry/model-draft.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { smearwatch } from './capture.js';

let registry: Registry;
beforeEach(() => {
  registry = emptyRegistry();
});

const run = (...argv: string[]) => smearwatch('models', ...argv, '--registry', registry.folder);

async function addEvaluated(): Promise<void> {
  await registry.add({
    name: 'lenet5',
    architecture: { name: 'lenet5', options: { classes: 2 } },
    classes: ['a|b', 'other'],
    precision: 'int8',
    trainedOn: {
      data: {
        folder: 'cells',
        images: 300,
        perClass: { 'a|b': 200, other: 100 },
        sources: ['pbc'],
        sha256: 'f00d',
        leftOut: [],
      },
      split: { by: 'image', sha256: 'abc', train: [100, 50], validation: [0, 0], test: [100, 50] },
      recipe: { preset: 'paper', seed: 7, split: { by: 'image' } },
      epoch: 3,
      epochsTrained: 4,
      seconds: 12,
    },
    evaluation: {
      on: 'test part of the split',
      confusion: [
        [90, 10],
        [5, 45],
      ],
      limits: { passed: false, failures: ['it is slow'] },
    },
    software: { smearwatch: '0.1.0' },
    intendedUse: 'Tests only.',
    model: { onnx: lenetFile() },
  });
}

it('a card has the figures with their intervals, the data, the split, the recipe and the limits', async () => {
  await addEvaluated();
  const { out, exitCode } = await run('card', 'lenet5@1');
  expect(exitCode).toBe(0);
  for (const part of [
    '# Model card: lenet5@1',
    '**Missed a limit:** it is slow.',
    'Of 150 images, 135 are classified correctly: **0.900 (0.842–0.938)**.',
    '| a\\|b | 0.947 (0.883–0.977) | 0.900 (0.826–0.945) | 0.900 (0.842–0.938) |',
    '| of class other | 100 |',
    'Split by image, seed 7. SHA-256 of split.json:\nabc.',
    'images of one patient may be in training and test',
    '| preset | paper |',
    'Weights of epoch 3 of 4; 12 seconds.',
    'Tests only.',
  ]) {
    expect(out).toContain(part);
  }
});

it('a card says what a manifest does not', async () => {
  await addLeNet5(registry, 1);
  const { out } = await run('card', 'lenet5');
  expect(out).toContain('Not evaluated.');
  expect(out).toContain('It has not been evaluated');
  expect(out).not.toContain('NaN');
});

it('a card is written into a file', async () => {
  await addLeNet5(registry, 1);
  const file = join(temporaryFolder(), 'card.md');
  expect((await run('card', 'lenet5@1', '--out', file)).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^# Model card: lenet5@1\n/);
  const nowhere = await run('card', 'lenet5@1', '--out', join(file, 'in-a-file.md'));
  expect(nowhere).toMatchObject({ exitCode: 2, err: expect.stringContaining('cannot be written') as string });
});

it('promote moves a label, and says where it was before', async () => {
  await addLeNet5(registry, 1);
  await addLeNet5(registry, 2);
  expect((await run('promote', 'lenet5@1')).out).toBe('lenet5@production is lenet5@1 now.\n');
  const { out } = await run('promote', 'lenet5@2');
  expect(out).toBe('lenet5@production is lenet5@2 now (before: lenet5@1).\n');
  const { out: json } = await run('promote', 'lenet5@production', '--label', 'candidate', '--json');
  expect(JSON.parse(json)).toEqual({ name: 'lenet5', label: 'candidate', version: 2 });
});

it('promote refuses a version that missed its limits, unless forced', async () => {
  await addEvaluated();
  const refused = await run('promote', 'lenet5@1');
  expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('it is slow') as string });
  expect((await run('promote', 'lenet5@1', '--force')).exitCode).toBe(0);
});

it.each([
  ['a name without a version', 'lenet5', 'does not say which version'],
  ['a version that is not there', 'lenet5@9', 'There is no model lenet5@9'],
])('promote refuses %s', async (_what, model, message) => {
  await addLeNet5(registry, 1);
  expect(await run('promote', model)).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining(message) as string,
  });
});

it.each(['alexnet', 'lenet5'])(
  'docs/models has the card of the %s that ships (smearwatch models card … > docs/models/…-1.md)',
  async (name) => {
    const { out } = await smearwatch('models', 'card', `${name}@1`);
    expect(readFileSync(`docs/models/${name}-1.md`, 'utf8')).toBe(out);
  },
);
