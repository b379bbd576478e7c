import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { digestFile } from '../../src/files/digest-file.js';
import type { Registry } from '../../src/model/registry/registry.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { emptyRegistry } from '../fixtures/registry.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../model/engines/engines.js';
import { changed, kerasExport, write, type KerasOptions } from '../model/import/layers-model/keras-export.js';
import { smearwatch, spawnSmearwatch } from './capture.js';

let registry: Registry;
beforeEach(() => {
  registry = emptyRegistry();
});

const place = () => ['--registry', registry.folder];
const importing = (file: string, ...more: string[]) =>
  spawnSmearwatch(
    'models',
    'import',
    file,
    ...place(),
    '--name',
    'keras',
    '--classes',
    'a,b,c',
    '--input-size',
    '64',
    '--output-is',
    'probabilities',
    ...more,
  );

describe.skipIf(!hasTensorflow)(`a LayersModel in the commands${NEEDS_TENSORFLOW}`, () => {
  it('is imported, listed, shown, verified, promoted and has a card', async () => {
    const { exitCode, out, err } = await importing(write(kerasExport()), '--mean', '0.4,0.5,0.6');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toContain(
      'keras@1: Input: uint8 RGB, 256×256, the whole image resized. As stated at import, kept in',
    );
    expect(out).toContain('To use it: models.use: [{ model: keras@1, engine: tfjs-node }]');
    const { folder, manifest } = await registry.resolve('keras');
    expect(manifest).toMatchObject({
      format: 'layers-model',
      architecture: { name: 'imported', options: { mean: [0.4, 0.5, 0.6], layout: 'nhwc' } },
      weightsSha256: (await digestFile(join(folder, 'model.json'))).sha256,
      trainedOn: { import: { file: 'model.json', layers: { Conv2D: 1 } } },
      software: { 'tfjs-node': expect.stringMatching(/^4\./) as string },
    });
    const outcomes = await Promise.all([
      smearwatch('models', 'list', ...place()),
      smearwatch('models', 'show', 'keras', ...place()),
      smearwatch('models', 'verify', ...place()),
      smearwatch('models', 'card', 'keras', ...place()),
      smearwatch('models', 'promote', 'keras@1', ...place()),
    ]);
    expect(outcomes.map((outcome) => outcome.exitCode)).toEqual([0, 0, 0, 0, 0]);
    const [list, show, verify, card] = outcomes.map((outcome) => outcome.out);
    expect(list).toContain('imported');
    expect(show).toContain('format: layers-model');
    expect(verify).toContain('2 files, all intact.');
    expect(card).toContain(`SHA-256 of model.json | ${manifest.weightsSha256}`);
  });

  it('is not quantised', async () => {
    await importing(write(kerasExport()));
    expect(await smearwatch('models', 'quantize', 'keras', '--data', '/nowhere', ...place())).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(
        'keras@1 is a tfjs LayersModel, and only ONNX models are quantised',
      ) as string,
    });
  });

  it('classifies when its engine is configured, and says so when it is not', async () => {
    await importing(write(kerasExport()));
    const folder = temporaryFolder();
    const image = join(folder, 'image.png');
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } })
      .png()
      .toFile(image);
    const configured = async (use: string) => {
      const config = join(folder, 'config.yaml');
      mkdirSync(join(folder, 'in'), { recursive: true });
      writeFileSync(
        config,
        `stateFolder: state\nscanners: [{ name: s, folder: in }]\nmodels: { registry: ${registry.folder}, use: [${use}] }\n`,
      );
      return spawnSmearwatch('classify', image, '--config', config, '--workers', '1');
    };
    expect(await configured('{ model: keras@1, engine: tfjs-node }')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/image\.png {2}[abc] /) as string,
    });
    expect(await configured('{ model: keras@1 }')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('engine: tfjs-node') as string,
    });
    const named = ['classify', image, '--models', 'keras@1', '--registry', registry.folder];
    expect(await spawnSmearwatch(...named, '--engine', 'tfjs-node')).toMatchObject({ exitCode: 0 });
    expect(await spawnSmearwatch(...named)).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/engine: tfjs-node .*--engine of `smearwatch classify`/) as string,
    });
  });

  it.each<[string, KerasOptions, string]>([
    ['another size', { side: 50 }, 'is [N, 50, 50, 3], not [N, 64, 64, 3]'],
    ['other classes', { classes: 2 }, 'has 2 values per image, and --classes names 3'],
    ['scores', { activation: 'linear' }, 'its 3 values are not probabilities'],
  ])('registers nothing for %s', async (_what, options, message) => {
    const { exitCode, err } = await importing(write(kerasExport(options)));
    expect(exitCode).toBe(1);
    expect(err).toContain(message);
    expect(await registry.names()).toEqual([]);
  });

  it('refuses nchw', async () => {
    const { exitCode, err } = await importing(write(kerasExport()), '--layout', 'nchw');
    expect(exitCode).toBe(1);
    expect(err).toContain('a LayersModel takes its channels last, and --layout says nchw');
  });
});

it.each([
  [
    'weights of another folder',
    changed((json) => (json.weightsManifest[0]!.paths = ['../secret.bin'])),
    '"../secret.bin"',
  ],
  ['a GraphModel', changed((json) => (json.format = 'graph-model')), 'it is a tfjs GraphModel'],
])('registers nothing for %s', async (_what, saved, message) => {
  const { exitCode, err } = await importing(write(saved));
  expect(exitCode).toBe(1);
  expect(err).toContain(message);
  expect(await registry.names()).toEqual([]);
});
