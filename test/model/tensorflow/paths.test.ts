import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTensorflow, packageIn, tensorflowFolder } from '../../../src/model/tensorflow/paths.js';

describe('the TensorFlow folder', () => {
  it('has one TensorFlow per pair of versions, platform and processor', () => {
    expect(tensorflowFolder({ SMEARWATCH_CACHE: '/own' })).toBe(
      `/own/smearwatch/tfjs-node/4.22.0-tf2.21.0-${process.platform}-${process.arch}-napi`,
    );
  });
});

describe('finding TensorFlow', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'smearwatch-tensorflow-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function withBinding(folder: string): Promise<string> {
    await mkdir(join(folder, 'lib', 'napi-v8'), { recursive: true });
    await writeFile(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    return folder;
  }

  it('finds nothing on a machine without any', () => {
    expect(findTensorflow({ env: { SMEARWATCH_CACHE: root }, own: undefined })).toBeUndefined();
  });

  it("skips the project's own package while it lacks the compiled addon", async () => {
    const env = { SMEARWATCH_CACHE: root };
    const own = join(root, 'own');
    await mkdir(own);
    expect(findTensorflow({ env, own })).toBeUndefined();
    const cached = await withBinding(packageIn(tensorflowFolder(env)));
    expect(findTensorflow({ env, own })).toBe(cached);
  });

  it("prefers the project's own package once it has its addon", async () => {
    const env = { SMEARWATCH_CACHE: root };
    await withBinding(packageIn(tensorflowFolder(env)));
    const own = await withBinding(join(root, 'own'));
    expect(findTensorflow({ env, own })).toBe(own);
  });
});
