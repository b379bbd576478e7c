import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMAGE_BYTES } from '../../../src/images.js';
import type { FileToPrepare } from '../../../src/pool/protocol.js';
import { prepareImage, readImage } from '../../../src/pool/worker/prepare.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { smearPng, SMEAR_SIZE } from '../../fixtures/images.js';
import { occupyThreads } from '../../fixtures/threads.js';

const LIMITS = { maxFileBytes: 10_000_000, maxPixels: 10_000_000, readWithinMs: 20_000 };

function fileWith(content: Buffer | string, more: Partial<FileToPrepare> = {}): FileToPrepare {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.png'), content);
  const { size, mtimeMs } = statSync(join(folder, 'a.png'));
  return { path: 'a.png', size, mtimeMs, folder, scanner: 'left', reclassify: false, ...more };
}

describe('readImage', () => {
  it('gives the bytes, and how long reading them took', async () => {
    const { bytes, readMs } = await readImage(fileWith('content'), LIMITS);
    expect(bytes.toString()).toBe('content');
    expect(readMs).toBeGreaterThan(0);
  });

  it('does not wait without limit for a folder that does not answer', async () => {
    const file = fileWith('content');
    occupyThreads();
    await expect(readImage(file, { ...LIMITS, readWithinMs: 20 })).rejects.toMatchObject({
      code: 'read-timeout',
      message: expect.stringContaining(file.folder) as string,
    });
  });
});

describe('prepareImage', () => {
  const into = new Uint8Array(IMAGE_BYTES);
  const prepare = async (file: FileToPrepare) =>
    prepareImage(file, (await readImage(file, LIMITS)).bytes, LIMITS, into);

  it('puts the pixels where they are wanted, and says how the image looks', async () => {
    into.fill(0);
    const image = await prepare(fileWith(await smearPng(1)));
    expect(image).toMatchObject({ ...SMEAR_SIZE, format: 'png', isExpectedSize: true });
    expect(image.look.brightness).toBeGreaterThan(0.3);
    expect(into.some((value) => value > 0)).toBe(true);
  });

  it.each(['quarantine', 'accept'] as const)(
    'does with a size that is not the expected one: %s',
    async (otherwise) => {
      const file = fileWith(await smearPng(1), { expectedSize: { width: 960, height: 1080, otherwise } });
      if (otherwise === 'accept') expect(await prepare(file)).toMatchObject({ isExpectedSize: false });
      else await expect(prepare(file)).rejects.toMatchObject({ code: 'unexpected-size' });
    },
  );
});
