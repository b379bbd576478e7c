import { mkdir, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../../src/files/digest-file.js';
import { Registry } from '../../../src/model/registry/registry.js';
import { draftOf, emptyRegistry, lenetFile } from './model-draft.js';

async function flipBit(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at] = bytes[at]! ^ 1;
  await writeFile(file, bytes);
}

describe('adding', () => {
  it('gives versions 1, 2, … and reads them back as they were written', async () => {
    const registry = await emptyRegistry();
    const first = await registry.add(draftOf());
    const second = await registry.add({
      ...draftOf(),
      files: { 'history.csv': Buffer.from('epoch,loss\n') },
    });
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(await registry.read('lenet5', 2)).toEqual(second);
    expect((await registry.list()).map(({ version }) => version)).toEqual([1, 2]);
    expect(first.manifest).toMatchObject({
      manifestVersion: 1,
      name: 'lenet5',
      version: 1,
      weightsSha256: digestBytes(lenetFile()).sha256,
      files: { 'model.onnx': { bytes: lenetFile().length } },
    });
    expect(await readFile(join(second.folder, 'history.csv'), 'utf8')).toBe('epoch,loss\n');
  });

  it('at the same time by several writers loses no version and leaves nothing behind', async () => {
    const registry = await emptyRegistry();
    const other = new Registry(registry.folder, { cacheFolder: registry.folder });
    const added = await Promise.all(
      Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? registry : other).add(draftOf())),
    );
    const versions = added.map(({ version }) => version).sort((a, b) => a - b);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await readdir(join(registry.folder, 'lenet5'))).sort()).toEqual(versions.map(String));
    expect((await registry.verify()).every(({ state }) => state === 'intact')).toBe(true);
  });

  it('copies a model given by its path', async () => {
    const registry = await emptyRegistry();
    const first = await registry.add(draftOf());
    const second = await registry.add(draftOf({ onnx: join(first.folder, 'model.onnx') }));
    expect(second.manifest.weightsSha256).toBe(first.manifest.weightsSha256);
  });

  it('refuses an incomplete draft before it writes anything, naming the field', async () => {
    const registry = await emptyRegistry();
    const draft = { ...draftOf(), classes: ['monocyte', 'monocyte'] };
    await expect(registry.add(draft)).rejects.toMatchObject({
      code: 'manifest-invalid',
      message: expect.stringContaining('classes: names a class twice') as string,
    });
    await expect(registry.add({ ...draftOf(), files: { '../x': Buffer.from('x') } })).rejects.toMatchObject({
      code: 'manifest-invalid',
    });
    await expect(registry.add({ ...draftOf(), name: '../lenet5' })).rejects.toMatchObject({
      code: 'manifest-invalid',
    });
    expect(await registry.names()).toEqual([]);
  });

  it('never lists what a crash left, and removes it after a day', async () => {
    const registry = await emptyRegistry();
    const left = join(registry.folder, 'lenet5', '.incoming-1-crashed');
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'manifest.json'), '{');
    expect(await registry.list()).toEqual([]);
    await registry.add(draftOf());
    expect(await readdir(join(registry.folder, 'lenet5'))).toContain('.incoming-1-crashed');
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await utimes(left, longAgo, longAgo);
    await registry.add(draftOf());
    expect((await readdir(join(registry.folder, 'lenet5'))).sort()).toEqual(['1', '2']);
  });
});

describe('references', () => {
  it('a name alone is its label production, or its highest version', async () => {
    const registry = await emptyRegistry();
    for (let i = 0; i < 3; i++) await registry.add(draftOf());
    expect((await registry.resolve('lenet5')).version).toBe(3);
    await registry.promote('lenet5', 2, 'production');
    await registry.promote('lenet5', 1, 'candidate');
    expect((await registry.resolve('lenet5')).version).toBe(2);
    expect((await registry.resolve('lenet5@candidate')).version).toBe(1);
    expect((await registry.resolve('lenet5@3')).version).toBe(3);
    expect((await registry.resolve('lenet5@production')).labels).toEqual(['production']);
    const file = await readFile(join(registry.folder, 'lenet5', 'labels.json'), 'utf8');
    expect(JSON.parse(file)).toEqual({ version: 1, labels: { candidate: '1', production: '2' } });
  });

  it.each(['alexnet', 'lenet5@2', 'lenet5@production', 'lenet5@', 'lenet5@1@2', '../lenet5', 'LeNet5', ''])(
    '"%s" is unknown where there is only lenet5@1',
    async (reference) => {
      const registry = await emptyRegistry();
      await registry.add(draftOf());
      await expect(registry.resolve(reference)).rejects.toMatchObject({
        code: 'model-unknown',
        hint: expect.stringMatching(/lenet5@1|Write name/) as string,
      });
    },
  );

  it('a label cannot be promoted to a version that does not exist, or look like a version', async () => {
    const registry = await emptyRegistry();
    await registry.add(draftOf());
    await expect(registry.promote('lenet5', 7, 'production')).rejects.toMatchObject({
      code: 'model-unknown',
    });
    await expect(registry.promote('lenet5', 1, '7')).rejects.toMatchObject({ code: 'label-invalid' });
  });

  it('an empty registry and a missing folder are reported as such', async () => {
    const registry = await emptyRegistry();
    expect(await registry.list()).toEqual([]);
    await expect(registry.resolve('alexnet')).rejects.toMatchObject({ hint: 'The registry is empty.' });
  });
});

describe('damage', () => {
  it('one flipped bit is found at verification and at loading', async () => {
    const registry = await emptyRegistry();
    const model = await registry.add(draftOf());
    const file = join(model.folder, 'model.onnx');
    expect(await registry.materialise(model)).toBe(file);
    await flipBit(file, 100_000);
    await expect(registry.materialise(model)).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining(model.manifest.weightsSha256) as string,
    });
    const found = digestBytes(await readFile(file)).sha256;
    expect(await registry.verify('lenet5', 1)).toMatchObject([
      { file, state: 'damaged', expectedSha256: model.manifest.weightsSha256, foundSha256: found },
    ]);
  });

  it.each([
    ['not JSON', (text: string) => text.slice(0, 50), 'it is not JSON'],
    ['a misspelt field', (text: string) => text.replace('"intendedUse"', '"intendedUsage"'), 'intendedUse'],
    [
      'a foreign name',
      (text: string) => text.replace('"name": "lenet5"', '"name": "other"'),
      'name: is other',
    ],
    ['a future format', (text: string) => text.replace('Version": 1', 'Version": 2'), 'manifestVersion'],
    [
      'another identity',
      (text: string) => text.replace(/"weightsSha256": "..../, '"weightsSha256": "0000'),
      'weightsSha256',
    ],
  ])('a manifest with %s is named with its field', async (_what, damage, field) => {
    const registry = await emptyRegistry();
    const { folder } = await registry.add(draftOf());
    const file = join(folder, 'manifest.json');
    await writeFile(file, damage(await readFile(file, 'utf8')));
    await expect(registry.resolve('lenet5')).rejects.toMatchObject({
      code: 'manifest-invalid',
      message: expect.stringContaining(field) as string,
    });
    expect(await registry.verify()).toMatchObject([{ file, state: 'invalid' }]);
  });
});

describe('packed models', () => {
  it('are unpacked into the cache once, also by two readers at once, and checked at every load', async () => {
    const registry = await emptyRegistry();
    const { packModel } = await import('../../../scripts/ship-models/pack-model.js');
    const model = await registry.add(draftOf({ packed: packModel(lenetFile()) }));
    expect(model.manifest.weightsSha256).toBe(digestBytes(lenetFile()).sha256);
    expect((await readdir(model.folder)).sort()).toEqual(['manifest.json', 'model.onnx.packed']);
    const files = await Promise.all([registry.materialise(model), registry.materialise(model)]);
    expect(files[0]).toBe(files[1]);
    expect(digestBytes(await readFile(files[0])).sha256).toBe(model.manifest.weightsSha256);
    await flipBit(files[0], 5000);
    await registry.materialise(model);
    expect(digestBytes(await readFile(files[0])).sha256).toBe(model.manifest.weightsSha256);
  });

  it('that are damaged or missing are refused', async () => {
    const registry = await emptyRegistry();
    const { packModel } = await import('../../../scripts/ship-models/pack-model.js');
    const model = await registry.add(draftOf({ packed: packModel(lenetFile()) }));
    await truncate(join(model.folder, 'model.onnx.packed'), 1000);
    await expect(registry.materialise(model)).rejects.toMatchObject({ code: 'model-damaged' });
    expect(await registry.verify()).toMatchObject([{ state: 'damaged' }]);
    await expect(registry.add(draftOf({ packed: Buffer.from('SWPK nonsense') }))).rejects.toMatchObject({
      code: 'model-damaged',
    });
    expect(await registry.versions('lenet5')).toEqual([1]);
  });
});
