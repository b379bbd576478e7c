import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SmearwatchError } from '../../../src/errors.js';
import type { FileToPrepare } from '../../../src/pool/protocol.js';
import { BatchReader, LOCALITY, type Locality } from '../../../src/pool/worker/batch-reader.js';
import { ReadBuffers } from '../../../src/pool/worker/read-buffers.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { occupyThreads } from '../../fixtures/threads.js';

/** Shorter than it takes to read a file while other work holds libuv's threads. */
const LIMITS = { maxFileBytes: 1000, maxPixels: 1000, readWithinMs: 20 };

function filesOf(...contents: string[]): FileToPrepare[] {
  const folder = temporaryFolder();
  return contents.map((content, index) => {
    const path = `${index}.png`;
    writeFileSync(join(folder, path), content);
    const { size, mtimeMs } = statSync(join(folder, path));
    return { path, size, mtimeMs, folder, scanner: 'left', reclassify: false };
  });
}

/** The result for each file while other threads can read nothing. */
async function readAll(locality: Partial<Locality>, contents = ['a', 'bc', 'def', 'ghij']) {
  const files = filesOf(...contents);
  const isLocal = (): Promise<boolean> => Promise.resolve(true);
  const reader = new BatchReader(files, LIMITS, new ReadBuffers(2), {
    isLocal,
    isQuick: () => true,
    ...locality,
  });
  occupyThreads();
  const outcomes: string[] = [];
  while (outcomes.length < files.length) {
    const outcome = reader.next().then(({ bytes }) => bytes.toString());
    outcomes.push(await outcome.catch((error: unknown) => (error as SmearwatchError).code));
  }
  return outcomes;
}

describe('BatchReader', () => {
  it('reads files on a local disk itself', async () => {
    expect(await readAll({})).toEqual(['a', 'bc', 'def', 'ghij']);
  });

  it('lets other threads read files that may be remote, so that nothing waits for them', async () => {
    const isLocal = (): Promise<boolean> => Promise.resolve(false);
    expect(await readAll({ isLocal })).toEqual(Array(4).fill('read-timeout'));
  });

  it('has the others read ahead once two in a row came from the disk', async () => {
    const isQuick = (bytes: number): boolean => bytes === 1;
    expect(await readAll({ isQuick })).toEqual(['a', 'bc', 'def', 'read-timeout']);
  });

  it('continues to read by itself after a single slow file', async () => {
    const isQuick = (bytes: number): boolean => bytes !== 2;
    expect(await readAll({ isQuick })).toEqual(['a', 'bc', 'def', 'ghij']);
  });

  it('reads the others after one that is gone', async () => {
    const [first, second] = filesOf('first', 'second') as [FileToPrepare, FileToPrepare];
    const files = [{ ...first, path: 'gone.png' }, second];
    const reader = new BatchReader(files, { ...LIMITS, readWithinMs: 20_000 }, new ReadBuffers(2));
    await expect(reader.next()).rejects.toMatchObject({ code: 'file-vanished' });
    expect((await reader.next()).bytes.toString()).toBe('second');
    await expect(reader.next()).rejects.toThrow('all files have been read');
  });
});

describe('LOCALITY', () => {
  it('treats only known file systems as local', async () => {
    expect(await LOCALITY.isLocal(temporaryFolder())).toBe(true);
    expect(await LOCALITY.isLocal('/proc')).toBe(false);
    expect(await LOCALITY.isLocal('/proc/nowhere/at/all')).toBe(false);
  });

  it('does not wait for what does not answer', async () => {
    const folder = temporaryFolder();
    occupyThreads();
    const began = performance.now();
    await LOCALITY.isLocal(folder);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('regards reads from memory as quick, and reads from a disk as slow', () => {
    expect(LOCALITY.isQuick(75_000, 0.1)).toBe(true);
    expect(LOCALITY.isQuick(75_000, 4)).toBe(false);
    expect(LOCALITY.isQuick(2_200_000, 0.8)).toBe(true);
  });
});
