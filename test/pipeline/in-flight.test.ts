import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/ledger/ledger.js';
import { admit } from '../../src/pipeline/in-flight.js';
import type { ImageSource } from '../../src/pipeline/settings.js';

const CLAIM: Claim = {
  id: 7,
  revision: 2,
  scanner: 'left',
  path: 'slide/lymphocyte/a.png',
  size: 100,
  mtimeMs: 1000.5,
  attempt: 1,
  reclassify: true,
  queuedAt: Date.now() - 5000,
};
const LEFT: ImageSource = { name: 'left', folder: '/images/left', labels: 'none' };
const RIGHT: ImageSource = { name: 'right', folder: '/images/right', labels: 'folder' };

describe('admit', () => {
  it('adds what later steps ask of the scanner to the claim, and renames nothing', () => {
    const expectedSize = { width: 960, height: 1080, otherwise: 'accept' as const };
    const image = admit(CLAIM, [RIGHT, { ...LEFT, expectedSize }]);
    expect(image).toMatchObject({ ...CLAIM, folder: '/images/left', expectedSize });
    expect(image.folderLabel).toBeUndefined();
    expect(image.queuedMs).toBeGreaterThanOrEqual(5000);
  });

  it.each([
    ['slide/lymphocyte/a.png', 'lymphocyte'],
    ['monocyte/a.png', 'monocyte'],
    ['a.png', undefined],
  ])('labels %s as %s if the folders of the scanner are classes', (path, label) => {
    expect(admit({ ...CLAIM, path }, [{ ...LEFT, labels: 'folder' }]).folderLabel).toBe(label);
  });

  it('has not waited for a negative time after the clock was set back', () => {
    expect(admit({ ...CLAIM, queuedAt: Date.now() + 60_000 }, [LEFT]).queuedMs).toBe(0);
  });

  it('refuses a claim whose scanner is no longer configured', () => {
    expect(() => admit(CLAIM, [RIGHT])).toThrow(expect.objectContaining({ code: 'scanner-unknown' }));
  });
});
