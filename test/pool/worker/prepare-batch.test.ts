import { createHash } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/decode/decode-image.js';
import { IMAGE_BYTES } from '../../../src/images.js';
import type { FileToPrepare } from '../../../src/pool/protocol.js';
import { prepareBatch } from '../../../src/pool/worker/prepare-batch.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { smearPng } from '../../fixtures/images.js';

const LIMITS = { maxFileBytes: 10_000_000, maxPixels: 10_000_000, readWithinMs: 20_000 };

let smears: Buffer[];
beforeAll(async () => {
  smears = await Promise.all([1, 2, 3, 4, 5, 6].map(smearPng));
});

function fileIn(folder: string, name: string, bytes: Buffer, reclassify = false): FileToPrepare {
  writeFileSync(join(folder, name), bytes);
  const { size, mtimeMs } = statSync(join(folder, name));
  return { path: name, size, mtimeMs, folder, scanner: 'left', reclassify };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function prepare(files: readonly FileToPrepare[], known: readonly string[] = []) {
  const pixels = new Uint8Array(files.length * IMAGE_BYTES);
  let done = 0;
  const replies = await prepareBatch(
    { kind: 'files', files, limits: LIMITS },
    { pixels, isKnown: (hash) => known.includes(hash), onProgress: () => (done += 1) },
  );
  return { replies, pixels, done };
}

describe('prepareBatch', () => {
  it('decodes every file into a row of its own, in order, also when there are more than are read ahead', async () => {
    const folder = temporaryFolder();
    const files = smears.map((bytes, index) => fileIn(folder, `${index}.png`, bytes));
    const { replies, pixels, done } = await prepare(files);
    expect(replies.map((reply) => reply.kind === 'classified' && reply.row)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const [row, bytes] of smears.entries()) {
      const { pixels: alone } = await decodeImage(bytes);
      expect(Buffer.from(pixels.subarray(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES))).toEqual(
        Buffer.from(alone),
      );
    }
    expect(done).toBe(6);
  });

  it('gives what cannot be used an answer with its reason, and no row', async () => {
    const folder = temporaryFolder();
    const files = [
      fileIn(folder, 'bad.png', Buffer.from('no image')),
      fileIn(folder, 'good.png', smears[0]!),
      { ...fileIn(folder, 'gone.png', smears[1]!), path: 'never-there.png' },
      fileIn(folder, 'also-good.png', smears[2]!),
    ];
    const { replies, done } = await prepare(files);
    expect(replies).toMatchObject([
      {
        kind: 'unusable',
        sha256: sha256(Buffer.from('no image')),
        failure: { code: 'image-format-unsupported' },
      },
      { kind: 'classified', row: 0 },
      { kind: 'unusable', sha256: undefined, failure: { code: 'file-vanished' } },
      { kind: 'classified', row: 1 },
    ]);
    expect(done).toBe(4);
  });

  it('does not decode bytes that have a result, unless they must be classified again', async () => {
    const folder = temporaryFolder();
    const files = [
      fileIn(folder, 'known.png', smears[0]!),
      fileIn(folder, 'again.png', smears[0]!, true),
      fileIn(folder, 'new.png', smears[1]!),
    ];
    const { replies } = await prepare(files, [sha256(smears[0]!)]);
    expect(replies).toMatchObject([
      { kind: 'known', sha256: sha256(smears[0]!) },
      { kind: 'classified', row: 0 },
      { kind: 'classified', row: 1 },
    ]);
  });
});
