import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { watchConfig, type ChangeReason } from '../../src/config/watch.js';
import { temporaryFolder } from '../fixtures/folders.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'lab.yaml');
  writeFileSync(file, 'a: 1');
});

function watch(path = file): ChangeReason[] {
  const seen: ChangeReason[] = [];
  const watcher = watchConfig(path, (reason) => seen.push(reason), { quietMs: 20, pollIntervalMs: 40 });
  onTestFinished(() => watcher.close());
  return seen;
}

async function becomes(seen: readonly ChangeReason[], expected: readonly ChangeReason[]): Promise<void> {
  await vi.waitFor(() => expect(seen).toEqual(expected), { timeout: 5000, interval: 10 });
}

it('a changed file is reported once', async () => {
  const seen = watch();
  writeFileSync(file, 'a: 2');
  await becomes(seen, ['file']);
  writeFileSync(file, 'a: 3');
  await becomes(seen, ['file', 'file']);
});

it('a file that an editor renames into place is reported, though it is gone for a moment', async () => {
  const seen = watch();
  renameSync(file, `${file}~`);
  writeFileSync(join(folder, '.lab.yaml.swp'), 'a: 2');
  renameSync(join(folder, '.lab.yaml.swp'), file);
  await becomes(seen, ['file']);
});

it('the same bytes written again, and other files in the folder, are no change', async () => {
  const seen = watch();
  writeFileSync(file, 'a: 1');
  writeFileSync(join(folder, 'other.yaml'), 'b: 1');
  writeFileSync(file, 'a: 1');
  // A real change follows: if these had been reported, there would be more than one report.
  writeFileSync(file, 'a: 2');
  await becomes(seen, ['file']);
});

it('a file that is incomplete when it is read is not reported', async () => {
  const whole = `a: 1 # ${'long '.repeat(400_000)}`;
  writeFileSync(file, whole);
  const seen = watch();
  // While it is written, the watcher reads on another thread.
  for (let pauseMs = 0; pauseMs < 60; pauseMs += 1) {
    writeFileSync(file, whole);
    await delay(pauseMs);
  }
  writeFileSync(file, 'a: 2');
  await becomes(seen, ['file']);
});

it('a changed file is reported although another file in its folder changes all the time', async () => {
  const seen = watch();
  const other = setInterval(() => appendFileSync(join(folder, 'results.ndjson'), '{}'), 2);
  onTestFinished(() => clearInterval(other));
  writeFileSync(file, 'a: 2');
  await becomes(seen, ['file']);
  writeFileSync(file, 'a: 3');
  await becomes(seen, ['file', 'file']);
});

it('a link that is swapped two folders away, as Kubernetes does it, is reported', async () => {
  mkdirSync(join(folder, '..1'));
  mkdirSync(join(folder, '..2'));
  writeFileSync(join(folder, '..1', 'map.yaml'), 'a: 1');
  writeFileSync(join(folder, '..2', 'map.yaml'), 'a: 2');
  symlinkSync('..1', join(folder, '..data'));
  symlinkSync('..data/map.yaml', join(folder, 'map.yaml'));
  const seen = watch(join(folder, 'map.yaml'));
  symlinkSync('..2', join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  await becomes(seen, ['file']);
});

it('a file behind a link into another folder is polled', async () => {
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'real.yaml'), 'a: 1');
  symlinkSync(join(elsewhere, 'real.yaml'), join(folder, 'link.yaml'));
  const seen = watch(join(folder, 'link.yaml'));
  writeFileSync(join(elsewhere, 'real.yaml'), 'a: changed');
  await becomes(seen, ['file']);
});

it('a polled file is reported that was changed in place with its size and modification time', async () => {
  const target = join(temporaryFolder(), 'lab.yaml');
  writeFileSync(target, 'a: 1');
  const { mtime, ctimeMs } = statSync(target);
  utimesSync(target, mtime, mtime);
  rmSync(file);
  symlinkSync(target, file);
  const seen = watch();
  // A file system's clock may advance only every few milliseconds.
  while (statSync(target).ctimeMs === ctimeMs) utimesSync(target, mtime, mtime);
  writeFileSync(target, 'a: 2');
  utimesSync(target, mtime, mtime);
  await becomes(seen, ['file']);
});

it('SIGHUP is always reported, and no longer after close', async () => {
  const seen: ChangeReason[] = [];
  const watcher = watchConfig(file, (reason) => seen.push(reason));
  process.kill(process.pid, 'SIGHUP');
  await becomes(seen, ['signal']);
  watcher.close();
  expect(process.listenerCount('SIGHUP')).toBe(0);
});

it('a deleted file is waited for', async () => {
  const seen = watch();
  rmSync(file);
  writeFileSync(file, 'a: 5');
  await becomes(seen, ['file']);
});
