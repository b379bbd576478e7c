import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FolderWatcher } from '../../src/watch/folder-watcher.js';
import { temporaryFolder, writePng } from './fixtures.js';

async function watching(folder: string): Promise<{ watcher: FolderWatcher; events: string[] }> {
  const watcher = new FolderWatcher({}, (subfolder) => !path.basename(subfolder).startsWith('.'));
  onTestFinished(() => watcher.close());
  const events: string[] = [];
  watcher.on('all', (event, subject) => events.push(`${event} ${path.relative(folder, subject)}`));
  watcher.on('raw', (event, name) => events.push(`raw ${event} ${name}`));
  const ready = new Promise<void>((resolve) => watcher.once('ready', resolve));
  watcher.add(folder);
  await ready;
  return { watcher, events };
}

it('keeps a state for each folder and none for files, and reports files by raw events', async () => {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, 'day'));
  await mkdir(path.join(folder, '.hidden'));
  await writePng(folder, 'a.png');
  await writePng(folder, 'day/b.png');
  const { watcher, events } = await watching(folder);
  expect(watcher.getWatched()).toEqual({
    [path.dirname(folder)]: [path.basename(folder)],
    [folder]: ['day'],
    [path.join(folder, 'day')]: [],
  });
  await writePng(folder, 'day/c.png');
  await vi.waitFor(() => expect(events).toContain('raw change c.png'));
  expect(events.filter((event) => event.startsWith('add'))).toEqual([]);
});

it('follows folders as they come and go', async () => {
  const folder = await temporaryFolder();
  const { events } = await watching(folder);
  await mkdir(path.join(folder, 'a/b'), { recursive: true });
  await vi.waitFor(() => expect(events).toEqual(expect.arrayContaining(['addDir a', 'addDir a/b'])), 5000);
  await rm(path.join(folder, 'a'), { recursive: true });
  await vi.waitFor(() => expect(events).toContain('unlinkDir a'), 5000);
  await mkdir(path.join(folder, 'a'));
  await vi.waitFor(() => expect(events.filter((event) => event === 'addDir a')).toHaveLength(2), 5000);
});
