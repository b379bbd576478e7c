import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBench } from '../../src/bench/bench.js';
import type { BenchOptions } from '../../src/bench/options.js';
import { benchSchema, type BenchReport } from '../../src/bench/report/schema.js';
import { throughputByBatch, throughputByCores } from '../../src/bench/report/plots.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { compiled } from '../fixtures/compiled.js';

const build = compiled('');
const LINUX = existsSync('/proc/self/stat');

/**
 * A registry in which AlexNet's name refers to a small network: the test is about the bench, not the network.
 */
async function smallRegistry(folder: string): Promise<string> {
  const registry = emptyRegistry(folder);
  await addLeNet5(registry, 1, { name: 'alexnet' });
  await addLeNet5(registry, 2);
  return registry.folder;
}

async function tinyBench(options: BenchOptions, folder = temporaryFolder()): Promise<BenchOptions> {
  return {
    quick: true,
    formats: ['jpeg'],
    images: 20,
    rounds: 1,
    seconds: 0.1,
    registryFolder: await smallRegistry(folder),
    ...options,
  };
}

describe('a bench', () => {
  let report: BenchReport;
  const said: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'smearwatch-test-'));
  const workFolder = mkdtempSync(join(folder, 'work-'));

  beforeAll(async () => {
    const parts = ['decode', 'machine', 'daemon', 'latency', 'backlog'] as const;
    const peer = "sh -c 'echo 2 processes; echo 10' {model} {glob}";
    const options = await tinyBench({ parts, peer, backlog: 200, latencyImages: 4, workFolder }, folder);
    const signal = new AbortController().signal;
    report = await runBench(options, { signal, compiled: build, say: (line) => said.push(line) });
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives a report that fits its schema', () => {
    expect(benchSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report.settings).toMatchObject({ quick: true, images: 20, rounds: 1, formats: ['jpeg'] });
  });

  it('measures the daemon and the ideal of its parts, in both precisions', () => {
    expect(report.daemon.map(({ of }) => of.precision)).toEqual(['fp32', 'int8']);
    for (const { figures } of report.daemon) {
      const { imagesPerSecond, idealPerSecond, decodePerSecond, inferencePerSecond } = figures;
      expect(imagesPerSecond?.rounds).toHaveLength(1);
      expect(idealPerSecond!.median).toBeLessThan(
        Math.min(decodePerSecond!.median, inferencePerSecond!.median),
      );
      expect(figures.firstResultSeconds!.median).toBeGreaterThan(figures.readySeconds!.median);
    }
  });

  it('compares it with another program on the same files', () => {
    expect(report.peer).toHaveLength(2);
    expect(report.peer[0]?.figures.imagesPerSecond?.median).toBe(10);
    expect(report.findings.map(({ id }) => id)).toContain('daemon-of-peer/jpeg/fp32');
  });

  it('measures latency of images that come one at a time', () => {
    const [row] = report.latency;
    expect(row!.figures.bareMs!.median).toBeGreaterThan(0);
    expect(row!.figures.p99Ms!.median).toBeGreaterThanOrEqual(row!.figures.medianMs!.median);
  });

  it.runIf(LINUX)('measures a backlog, and what it costs to read its folder again', () => {
    expect(report.backlog.map(({ of }) => of.files)).toEqual([16, 200]);
    expect(report.backlog[1]?.figures.rescanCpuSeconds?.rounds).toHaveLength(1);
    const { peakBytes, mainBytes } = report.backlog[1]?.figures ?? {};
    expect(mainBytes?.median).toBeLessThan(peakBytes?.median ?? 0);
  });

  it('reports its steps, and leaves nothing behind', () => {
    expect(said.join('\n')).toContain('[1/1] Daemon, jpeg, AlexNet int8');
    expect(readdirSync(workFolder)).toEqual([]);
  });
});

it('an interrupted bench stops its daemon and leaves nothing behind', async () => {
  const workFolder = temporaryFolder();
  const controller = new AbortController();
  const options = await tinyBench({ parts: ['daemon'], workFolder });
  const running = runBench(options, {
    signal: controller.signal,
    compiled: build,
    say: (line) => line.includes('Daemon') && controller.abort(new Error('enough')),
  });
  await expect(running).rejects.toThrow('enough');
  expect(readdirSync(workFolder)).toEqual([]);
}, 120_000);

it('a folder without images of a format is refused', async () => {
  const options = await tinyBench({ parts: ['decode'], dataFolder: temporaryFolder() });
  const running = runBench(options, { signal: new AbortController().signal, compiled: build });
  await expect(running).rejects.toMatchObject({ code: 'bench-no-images' });
});

it('missing folders are reported', async () => {
  const absent = join(temporaryFolder(), 'absent');
  const run = { signal: new AbortController().signal, compiled: build };
  const unusable = { kind: 'usage', code: 'bench-folder-unusable' };
  await expect(runBench(await tinyBench({ workFolder: absent }), run)).rejects.toMatchObject(unusable);
  const unread = { kind: 'usage', code: 'bench-no-images' };
  const options = await tinyBench({ parts: ['decode'], dataFolder: absent });
  await expect(runBench(options, run)).rejects.toMatchObject(unread);
});

it('the plots need more than one batch size, or number of cores', () => {
  const report = {
    networks: [],
    decode: [],
    daemon: [],
    computer: { cores: 2 },
    settings: { formats: ['jpeg'] },
  };
  expect(throughputByBatch(report as unknown as BenchReport)).toBeUndefined();
  expect(throughputByCores(report as unknown as BenchReport)).toBeUndefined();
});
