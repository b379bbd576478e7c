import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsOf } from '../../src/cli/classify/settings.js';
import { writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { smearPng } from '../fixtures/images.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { smearwatch, spawnSmearwatch, type Outcome } from './capture.js';

let folder: string;
let registry: string;
let outside: string;
beforeEach(async () => {
  folder = temporaryFolder();
  const models = emptyRegistry(folder);
  await addLeNet5(models, 1);
  registry = models.folder;
  outside = join(folder, 'outside');
  mkdirSync(outside);
  mkdirSync(join(folder, 'images'));
  writeFileSync(join(outside, 'secret.png'), await smearPng(1));
});

/** Classifies, and has the answers by path below the test's folder: a class, or the code of a reason. */
async function classified(...paths: string[]): Promise<Outcome & { answers: Record<string, string> }> {
  const named = paths.map((path) => join(folder, path));
  const outcome = await spawnSmearwatch(
    'classify',
    ...named,
    '--models',
    'lenet5',
    '--registry',
    registry,
    '--workers',
    '1',
    '--json',
  );
  const answers = JSON.parse(outcome.out) as { path: string; code?: string; decision?: { class: string } }[];
  const told = answers.map(({ path, code }) => [relative(folder, path), code ?? 'classified'] as const);
  return { ...outcome, answers: Object.fromEntries(told) };
}

it('a version that is named twice is refused', async () => {
  const { exitCode, err } = await smearwatch(
    'classify',
    join(outside, 'secret.png'),
    '--models',
    'lenet5,lenet5@1',
    '--registry',
    registry,
  );
  expect(exitCode).toBe(2);
  expect(err).toContain(
    'lenet5 and lenet5@1 are the same version, lenet5@1 by onnxruntime\nhint: Name each version once',
  );
});

it.each([
  ['{}', 'smearwatch-jpeg', 'smearwatch-front'],
  ['{pool: {kernels: off}, pipeline: {decoder: libvips}}', 'libvips', 'onnxruntime'],
])(
  'with the configuration %s, an answer names decoder and computation',
  async (text, decoder, computation) => {
    const file = join(folder, 'large.jpg');
    await sharp({ create: { width: 300, height: 300, channels: 3, background: '#a07090' } })
      .jpeg()
      .toFile(file);
    const config = writeConfig(folder, {
      scanners: [{ name: 'left', folder: 'images' }],
      models: { registry: 'models', use: [{ model: 'lenet5' }] },
      ...(parse(text) as object),
    });
    const { out, exitCode } = await spawnSmearwatch('classify', file, '--config', config, '--json');
    expect(JSON.parse(out)).toMatchObject([{ decoder, models: [{ name: 'lenet5', computation }] }]);
    expect(exitCode).toBe(0);
  },
);

describe('links', () => {
  it('are not followed inside a folder: those with an image’s name are reported with a reason', async () => {
    writeFileSync(join(folder, 'images', 'a.png'), await smearPng(2));
    symlinkSync(join(outside, 'secret.png'), join(folder, 'images', 'b.png'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'images', 'c.png'));
    symlinkSync(outside, join(folder, 'images', 'folder'));
    const { answers, exitCode } = await classified('images');
    expect(answers).toEqual({
      'images/a.png': 'classified',
      'images/b.png': 'file-is-link',
      'images/c.png': 'file-is-link',
    });
    expect(exitCode).toBe(3);
  });

  it('are followed where they are named, to a file or to a folder', async () => {
    symlinkSync(join(outside, 'secret.png'), join(folder, 'link.png'));
    symlinkSync(outside, join(folder, 'link'));
    const { answers, exitCode } = await classified('link.png', 'link');
    expect(answers).toEqual({ 'link.png': 'classified', 'link/secret.png': 'classified' });
    expect(exitCode).toBe(0);
  });

  it('are spoken of in --help', async () => {
    const { out } = await spawnSmearwatch('classify', '--help');
    expect(out.replace(/\s+/g, ' ')).toContain('Links named here are followed');
  });
});

it('a path that is not a regular file does not delay the others', async () => {
  execFileSync('mkfifo', [join(folder, 'images', 'pipe.png')]);
  mkdirSync(join(folder, 'images', 'folder.png'));
  writeFileSync(join(folder, 'images', 'folder.png', 'z.png'), await smearPng(3));
  expect((await classified('images')).answers).toEqual({
    'images/pipe.png': 'file-not-regular',
    'images/folder.png/z.png': 'classified',
  });
});

describe('the engine', () => {
  const typed = { config: undefined, registry: undefined, workers: undefined, files: 1 };

  it('is ONNX Runtime, unless another one is named for all models', () => {
    const use = (models?: string, engine?: 'tfjs-node') =>
      settingsOf({ ...typed, models, engine }).models.use.map((model) => Object.values(model).join(' '));
    expect(use()).toEqual(['alexnet onnxruntime', 'lenet5 onnxruntime']);
    expect(use('keras@2, lenet5')).toEqual(['keras@2 onnxruntime', 'lenet5 onnxruntime']);
    expect(use('keras@2', 'tfjs-node')).toEqual(['keras@2 tfjs-node']);
    expect(use(undefined, 'tfjs-node')).toEqual(['alexnet tfjs-node', 'lenet5 tfjs-node']);
  });

  it('is one that there is', async () => {
    const { err, exitCode } = await smearwatch('classify', folder, '--engine', 'torch');
    expect(err).toContain('onnxruntime');
    expect(exitCode).toBe(2);
  });
});
