/**
 * Memory of the daemon with many files waiting: resident set size of the whole process (main thread, workers,
 * models), sampled from /proc while it classifies folders of 100 and of `--files` images (hard links of
 * distinct small images would be one image; each file here is its own). Flat means: the peak does not depend
 * on how many wait.
 *
 * npx tsx scripts/memory.ts [--files 20000] [--sample-s 60] [--registry FOLDER] [--use lenet5]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { TestDaemon, writeConfig } from '../test/fixtures/daemon.js';
import { withComment } from '../test/fixtures/jpeg-comment.js';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    'sample-s': { type: 'string', default: '60' },
    registry: { type: 'string', default: 'models' },
    use: { type: 'string', default: 'alexnet,lenet5' },
  },
});
const MIB = 1_048_576;

/** `count` distinct 960×1080 JPEGs: one image with another comment in each. */
async function writeImages(folder: string, count: number): Promise<void> {
  mkdirSync(folder);
  const noise = sharp({
    create: {
      width: 960,
      height: 1080,
      channels: 3,
      background: 'pink',
      noise: { type: 'gaussian', mean: 128, sigma: 20 },
    },
  });
  const jpeg = await noise.jpeg({ quality: 80 }).toBuffer();
  for (let index = 0; index < count; index += 1) {
    const name = `image-${String(index).padStart(6, '0')}.jpg`;
    writeFileSync(join(folder, name), withComment(jpeg, name));
  }
}

function residentMiB(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) * 1024) / MIB;
}

async function measure(files: number, sampleMs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'smearwatch-memory-'));
  await writeImages(join(folder, 'in'), files);
  const configFile = writeConfig(folder, {
    scanners: [{ name: 'memory', folder: 'in' }],
    sinks: [{ type: 'json', folder: 'results' }],
    models: { registry: resolve(values.registry), use: values.use.split(',').map((model) => ({ model })) },
  });
  const daemon = new TestDaemon(configFile);
  await daemon.ready();
  const samples: { atMs: number; mib: number }[] = [];
  const start = performance.now();
  let queued = 0;
  while (performance.now() - start < sampleMs) {
    await delay(250);
    samples.push({ atMs: performance.now() - start, mib: residentMiB(daemon.pid) });
    queued = Math.max(queued, (await daemon.status()).work.queued);
  }
  const { work } = await daemon.status();
  await daemon.stop();
  rmSync(folder, { recursive: true });
  const half = samples.filter(({ atMs }) => atMs > sampleMs / 2).map(({ mib }) => mib);
  const peak = Math.max(...samples.map(({ mib }) => mib));
  const mean = half.reduce((sum, mib) => sum + mib, 0) / half.length;
  console.log(
    `${files} files: at most ${queued} queued, ${work.done} done in ${sampleMs / 1000} s; ` +
      `resident peak ${peak.toFixed(0)} MiB, mean of the second half ${mean.toFixed(0)} MiB`,
  );
}

const sampleMs = Number(values['sample-s']) * 1000;
await measure(100, Math.min(sampleMs, 20_000));
await measure(1000, sampleMs);
await measure(Number(values.files), sampleMs);
