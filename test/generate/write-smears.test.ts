import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SmearwatchError } from '../../src/errors.js';
import type { GenerateOptions } from '../../src/generate/options.js';
import { drawSmear } from '../../src/generate/smear.js';
import { SMEAR_FORMATS, type WrittenSmear } from '../../src/generate/task.js';
import { generateSmears, streamSmears } from '../../src/generate/write-smears.js';
import { compiled } from '../fixtures/compiled.js';

const workerUrl = compiled('generate/worker.js');

let outDir: string;
beforeEach(async () => void (outDir = await mkdtemp(join(tmpdir(), 'smears-'))));
afterEach(() => rm(outDir, { recursive: true, force: true }));

function options(more: Partial<GenerateOptions> = {}): GenerateOptions {
  return { outDir, count: 8, seed: 7, width: 64, height: 72, workers: 1, workerUrl, ...more };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function manifestRows(): Promise<string[]> {
  return (await readFile(join(outDir, 'manifest.csv'), 'utf8')).trimEnd().split('\n');
}

async function failureOf(promise: Promise<unknown>): Promise<SmearwatchError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SmearwatchError))
    throw new Error(`expected a SmearwatchError, got ${String(error)}`);
  return error;
}

it('has a compiled worker to test with (npm run build)', () => {
  expect(existsSync(workerUrl)).toBe(true);
});

describe('generateSmears', () => {
  it('writes a folder per class and a manifest that names every image', async () => {
    const seen: number[] = [];
    const summary = await generateSmears({ ...options(), onProgress: ({ done }) => seen.push(done) });

    expect(summary.perClass).toEqual({ 'normal-monocyte': 3, 'abnormal-monocyte': 3, lymphocyte: 2 });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const [header, ...rows] = await manifestRows();
    expect(header).toBe('file,class,source,group');
    expect(rows).toHaveLength(8);
    for (const row of rows) {
      const [file = '', cellClass = '', source, group] = row.split(',');
      expect(file.startsWith(`${cellClass}/smear-7-`)).toBe(true);
      expect(source).toBe('synthetic');
      expect(group).toMatch(/^synthetic-7-\d+$/);
      expect(existsSync(join(outDir, file))).toBe(true);
    }
    expect(await filesIn(outDir)).toHaveLength(9);
  });

  it('writes the same bytes for any number of threads and images', async () => {
    const other = join(outDir, 'other');
    await generateSmears(options({ layout: 'flat', workers: 2 }));
    await generateSmears(options({ outDir: other, layout: 'flat', count: 3, firstIndex: 4 }));
    for (const index of [4, 5, 6]) {
      const [one, two] = await Promise.all(
        [outDir, other].map((at) => readFile(join(at, `smear-7-${index}.png`))),
      );
      expect(one!.equals(two!)).toBe(true);
    }
  });

  it.each(SMEAR_FORMATS)('writes %s that decodes to the requested size', async (format) => {
    await generateSmears(options({ format, count: 1, layout: 'flat' }));
    const [image] = (await filesIn(outDir)).filter((path) => !path.endsWith('.csv'));
    const metadata = await sharp(image).metadata();
    expect(metadata).toMatchObject({ format, width: 64, height: 72, channels: 3 });
  });

  it('keeps every pixel in PNG', async () => {
    await generateSmears(options({ count: 1, layout: 'flat' }));
    const decoded = await sharp(join(outDir, 'smear-7-0.png')).raw().toBuffer();
    const drawn = drawSmear({ seed: 7, index: 0, width: 64, height: 72 }).pixels;
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(hash(decoded)).toBe(hash(drawn));
  });

  it('adds a second run to the manifest of the first', async () => {
    await generateSmears(options({ count: 2 }));
    await generateSmears(options({ count: 3 }));
    await generateSmears(options({ count: 1, seed: 8 }));
    expect(await manifestRows()).toHaveLength(1 + 3 + 1);
  });

  it('refuses a folder with a foreign manifest, before drawing', async () => {
    await writeFile(join(outDir, 'manifest.csv'), 'file,class,patient\n');
    expect(await failureOf(generateSmears(options()))).toMatchObject({
      code: 'manifest-foreign',
      kind: 'usage',
    });
    expect(await filesIn(outDir)).toHaveLength(1);
  });

  it('draws only the requested classes', async () => {
    const summary = await generateSmears(options({ count: 2, classes: ['lymphocyte'] }));
    expect(summary.perClass.lymphocyte).toBe(2);
    expect(await readdir(outDir)).toEqual(['lymphocyte', 'manifest.csv']);
  });

  it('on abort leaves complete images and a manifest for them, and throws the reason', async () => {
    const controller = new AbortController();
    const stop = (done: number): void => (done === 2 ? controller.abort(new Error('enough')) : undefined);
    const run = generateSmears({
      ...options({ count: 1000, layout: 'flat', signal: controller.signal }),
      onProgress: ({ done }) => stop(done),
    });
    await expect(run).rejects.toThrow('enough');
    const images = (await filesIn(outDir)).filter((path) => path.endsWith('.png'));
    expect(images.length).toBeLessThan(10);
    expect(await manifestRows()).toHaveLength(1 + images.length);
    expect((await readdir(outDir)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('reports an image that cannot be written', async () => {
    await writeFile(join(outDir, 'lymphocyte'), 'a file where a folder should be');
    expect(await failureOf(generateSmears(options()))).toMatchObject({ code: 'generate-failed' });
  });

  it.each([
    { name: 'count', bad: { count: 0 } },
    { name: 'format', bad: { format: 'bmp' as 'png' } },
    { name: 'layout', bad: { layout: 'heap' as 'flat' } },
    { name: 'workers', bad: { workers: 0 } },
    { name: 'outDir', bad: { outDir: '' } },
    { name: 'basophil', bad: { classes: ['basophil' as 'lymphocyte'] } },
    { name: 'proportions', bad: { proportions: {} } },
    { name: 'proportions.lymphocyte', bad: { proportions: { lymphocyte: 0.5 } } },
  ])('names $name when it is wrong, with a hint', async ({ name, bad }) => {
    const error = await failureOf(generateSmears(options(bad)));
    expect(error).toMatchObject({ code: 'generate-option', kind: 'usage' });
    expect(error.message).toContain(name);
    expect(error.hint).toBeTruthy();
  });
});

describe('streamSmears', () => {
  it('yields images in order, asks the pace before each, and writes no manifest', async () => {
    const paced: number[] = [];
    const pace = (index: number): Promise<void> => Promise.resolve(void paced.push(index));
    const smears: WrittenSmear[] = [];
    for await (const smear of streamSmears(options({ count: 5, firstIndex: 2, layout: 'flat', pace })))
      smears.push(smear);
    expect(smears.map(({ index }) => index)).toEqual([2, 3, 4, 5, 6]);
    expect(paced).toEqual([2, 3, 4, 5, 6]);
    expect(await readdir(outDir)).not.toContain('manifest.csv');
  });

  it('ends cleanly when its reader leaves early', async () => {
    for await (const smear of streamSmears(options({ count: 1000, layout: 'flat' }))) {
      if (smear.index === 1) break;
    }
    const names = await readdir(outDir);
    expect(names.length).toBeLessThan(10);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
