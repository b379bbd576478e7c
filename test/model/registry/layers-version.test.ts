import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../../src/files/digest-file.js';
import type { ModelDraft } from '../../../src/model/registry/draft.js';
import { parseManifest } from '../../../src/model/registry/manifest.js';
import { draftOf, emptyRegistry } from './model-draft.js';

const layers = Buffer.from('{"format":"layers-model"}');
const weights = Buffer.from('four');
const draft: ModelDraft = {
  ...draftOf({ layers, weights }),
  name: 'keras',
  architecture: { name: 'imported', options: { inputSize: 224 } },
};

describe('a LayersModel in the registry', () => {
  it('is its two files, and known by the SHA-256 of model.json', async () => {
    const registry = await emptyRegistry();
    const { folder, manifest } = await registry.add(draft);
    expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'model.json', 'weights.bin']);
    expect(manifest).toMatchObject({
      format: 'layers-model',
      weightsSha256: digestBytes(layers).sha256,
      files: { 'model.json': digestBytes(layers), 'weights.bin': digestBytes(weights) },
    });
    expect((await registry.resolve('keras')).manifest).toEqual(manifest);
  });

  it('is found intact, promoted, and returned as the path of model.json', async () => {
    const registry = await emptyRegistry();
    const version = await registry.add(draft);
    expect((await registry.verify()).map(({ state }) => state)).toEqual(['intact', 'intact']);
    await registry.promote('keras', 1);
    expect((await registry.resolve('keras@production')).version).toBe(1);
    expect(await registry.materialise(version)).toBe(join(version.folder, 'model.json'));
  });

  it.each(['model.json', 'weights.bin'])('is refused when its %s has changed or is missing', async (name) => {
    const registry = await emptyRegistry();
    const version = await registry.add(draft);
    const file = join(version.folder, name);
    const damaged = { code: 'model-damaged', message: expect.stringContaining(file) as string };
    await appendFile(file, ' ');
    await expect(registry.materialise(version)).rejects.toMatchObject(damaged);
    expect((await registry.verify()).find((report) => report.file === file)).toMatchObject({
      state: 'damaged',
    });
    await rm(file);
    await expect(registry.materialise(version)).rejects.toMatchObject(damaged);
    expect((await registry.verify()).find((report) => report.file === file)).toMatchObject({
      state: 'missing',
    });
  });

  it.each(['model.onnx', 'model.json', 'weights.bin', 'model.onnx.packed', 'manifest.json'])(
    'a draft cannot bring a %s of its own',
    async (name) => {
      const registry = await emptyRegistry();
      await expect(registry.add({ ...draft, files: { [name]: weights } })).rejects.toMatchObject({
        code: 'manifest-invalid',
        message: expect.stringContaining(`${name} is reserved`) as string,
      });
      expect(await registry.names()).toEqual([]);
    },
  );
});

describe('the format in a manifest', () => {
  async function manifestText(of: ModelDraft): Promise<string> {
    const registry = await emptyRegistry();
    return readFile(join((await registry.add(of)).folder, 'manifest.json'), 'utf8');
  }

  it('is ONNX when an older manifest has no format', async () => {
    const text = (await manifestText(draftOf())).replace(/ *"format": "onnx",\n/, '');
    expect(text).not.toContain('format');
    expect(parseManifest(text, 'manifest.json')).toMatchObject({ format: 'onnx', name: 'lenet5' });
  });

  it.each(['alexnet', 'lenet5'])('is ONNX in the %s that ships', async (name) => {
    const file = fileURLToPath(new URL(`../../../models/${name}/1/manifest.json`, import.meta.url));
    expect(parseManifest(await readFile(file, 'utf8'), file)).toMatchObject({ name, format: 'onnx' });
  });

  it.each<[string, (text: string) => string, string]>([
    ['unknown', (text) => text.replace('"layers-model"', '"savedmodel"'), 'format: '],
    [
      'of other files',
      (text) => text.replace('"layers-model"', '"onnx"'),
      'files.model.onnx: model.onnx is missing',
    ],
    [
      'without the weights',
      (text) => text.replace('"weights.bin"', '"weights.bak"'),
      'files.weights.bin: weights.bin is missing',
    ],
    [
      'under another identity',
      (text) => text.replace(/"weightsSha256": "..../, '"weightsSha256": "0000'),
      'weightsSha256: differs from the SHA-256 of model.json',
    ],
  ])('is refused when it is %s', async (_what, change, message) => {
    const text = change(await manifestText(draft));
    expect(() => parseManifest(text, 'manifest.json')).toThrow(message);
  });

  it('verification reports a version that lacks a file of its format', async () => {
    const registry = await emptyRegistry();
    const { folder } = await registry.add(draft);
    const file = join(folder, 'manifest.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"weights.bin"', '"weights.bak"'));
    expect(await registry.verify()).toMatchObject([{ file, state: 'invalid' }]);
  });
});
