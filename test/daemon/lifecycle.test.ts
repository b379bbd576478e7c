import { DatabaseSync } from '@photostructure/sqlite';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describe, expect, it, vi } from 'vitest';
import { ledgerFile } from '../../src/ledger/ledger.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { ResultRecord } from '../../src/record.js';
import { runCli } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5 } from '../fixtures/registry.js';
import { ended, Lab } from './lab.js';

/** Changes the configuration file as an operator would. */
function edit(lab: Lab, change: (config: Record<string, object>) => void): void {
  const config = parse(readFileSync(lab.configFile, 'utf8')) as Record<string, object>;
  change(config);
  writeFileSync(lab.configFile, stringify(config));
}

/** The files in a state; undefined while no file is in it. */
function pathsIn(lab: Lab, state: 'running' | 'done'): string[] | undefined {
  const file = ledgerFile(join(lab.folder, 'state'));
  if (!existsSync(file)) return undefined;
  const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    const rows = database.prepare('SELECT path FROM files WHERE state = ?').all(state) as { path: string }[];
    return rows.length === 0 ? undefined : rows.map(({ path }) => path);
  } finally {
    database.close();
  }
}

describe('A daemon that is stopped', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends every image that was claimed when %s arrived as done, leaves the others queued, and exits 0',
    async (signal) => {
      const lab = await Lab.open({ pipeline: { batchSize: 2 } });
      for (let seed = 0; seed < 40; seed += 1) await lab.scan(`${seed}.png`, seed);
      vi.stubEnv('SMEARWATCH_FAULT', 'stop@claimed');
      const daemon = lab.run();
      vi.stubEnv('SMEARWATCH_FAULT', undefined);
      // It stops itself (SIGSTOP) when its first claim is durable and not yet in the pool.
      const claimed = await vi.waitUntil(() => pathsIn(lab, 'running'), { timeout: 25_000 });
      daemon.signal(signal);
      daemon.signal('SIGCONT');
      expect(await daemon.exit()).toBe(0);
      expect(pathsIn(lab, 'done')).toEqual(expect.arrayContaining(claimed));
      const { running, done, queued } = await lab.withLedger((ledger) => ledger.queue.counts());
      expect([running, done + queued]).toEqual([0, 40]);
      expect(queued).toBeGreaterThan(0);
      expect(await lab.run('--once').exit()).toBe(0);
      expect(await lab.withLedger((ledger) => ledger.queue.counts())).toMatchObject({ done: 40 });
    },
  );

  it('exits at once at a second signal, and still loses nothing', async () => {
    const lab = await Lab.open();
    for (let seed = 0; seed < 40; seed += 1) await lab.scan(`${seed}.png`, seed);
    const daemon = lab.run();
    await daemon.ready();
    daemon.signal('SIGTERM');
    daemon.signal('SIGINT');
    expect([0, 'SIGKILL']).toContain(await daemon.exit());
    expect(await lab.run('--once').exit()).toBe(0);
    expect(lab.documents().size).toBe(40);
  });

  it('leaves exactly one result per image after being killed again and again', async () => {
    const lab = await Lab.open();
    const images = 60;
    for (let seed = 0; seed < images; seed += 1) await lab.scan(`${seed % 3}/${seed}.png`, seed);
    for (let kill = 1; kill <= 4; kill += 1) {
      const daemon = lab.run('--once');
      await daemon.ready();
      // Killed at another point of the work each time: after another number of deliveries.
      await expect
        .poll(() => (existsSync(join(lab.folder, 'results/left')) ? lab.documents().size : 0), {
          interval: 5,
          timeout: 15_000,
        })
        .toBeGreaterThanOrEqual(Math.min(kill * 9, images));
      daemon.signal('SIGKILL');
      await daemon.exit();
    }
    expect(await lab.run('--once').exit()).toBe(0);
    const records = await lab.withLedger((ledger) => ledger.browse.results({ limit: 1000 }));
    expect(records).toHaveLength(images);
    expect(new Set(records.map(({ record }) => record.image.sha256)).size).toBe(images);
    expect(lab.documents().size).toBe(images);
    const names = readdirSync(join(lab.folder, 'results'), { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const lines = readFileSync(join(lab.folder, 'results.ndjson'), 'utf8').trimEnd().split('\n');
    const keys = lines.map((line) => (JSON.parse(line) as ResultRecord).image.sha256);
    expect(new Set(keys).size).toBe(images);
  });

  it('keeps a second daemon off its state folder', async () => {
    const lab = await Lab.open();
    await lab.run().ready();
    const second = lab.run();
    expect(await second.exit()).toBe(1);
    expect(second.stderr).toContain('Another Smearwatch daemon works in');
  });
});

describe('A changed configuration', () => {
  it('swaps to another model version while images arrive; each result names the version that made it', async () => {
    const lab = await Lab.open();
    const second = await addLeNet5(lab.registry, 2);
    edit(lab, (config) => (config['models'] = { registry: 'models', use: [{ model: 'lenet5@1' }] }));
    const daemon = lab.run();
    await daemon.ready();
    await lab.scan('before.png', 1);
    await ended(daemon, 1);
    edit(lab, (config) => (config['models'] = { registry: 'models', use: [{ model: 'lenet5@2' }] }));
    for (let seed = 10; seed < 20; seed += 1) await lab.scan(`during-${seed}.png`, seed);
    await daemon.logged(({ msg }) => msg === 'Models swapped');
    await lab.scan('after.png', 2);
    await ended(daemon, 12);
    const versions = new Map([...lab.documents()].map(([name, { models }]) => [name, models[0]?.version]));
    expect(versions.get('before.png.json')).toBe('1');
    expect(versions.get('after.png.json')).toBe('2');
    expect(versions.size).toBe(12);
    expect((await daemon.status()).models).toMatchObject([
      { version: '2', weightsSha256: second.manifest.weightsSha256 },
    ]);
  });

  it('follows a label that is moved', async () => {
    const lab = await Lab.open();
    await lab.registry.promote('lenet5', 1);
    const daemon = lab.run();
    await daemon.ready();
    await addLeNet5(lab.registry, 2);
    await lab.registry.promote('lenet5', 2);
    await daemon.logged(({ msg }) => msg === 'Models swapped');
    expect((await daemon.status()).models).toMatchObject([{ version: '2' }]);
  });

  it.each([
    ['an unknown option', (config: Record<string, object>) => (config['scaners'] = []), 'scaners'],
    [
      'a model that does not exist',
      (config: Record<string, object>) =>
        (config['models'] = { registry: 'models', use: [{ model: 'lenet5@9' }] }),
      'lenet5@9',
    ],
    ['what needs a restart', (config: Record<string, object>) => (config['http'] = { port: 1 }), 'http.port'],
  ])('with %s is rejected, and the old one stays in effect', async (_, change, named) => {
    const lab = await Lab.open();
    const daemon = lab.run();
    await daemon.ready();
    edit(lab, change);
    const line = await daemon.logged(({ msg }) => msg.includes('rejected'));
    expect(JSON.stringify(line)).toContain(named);
    await lab.scan('a.png', 1);
    await ended(daemon, 1);
  });

  it.each([
    ['a model that is not there', { models: { registry: 'models', use: [{ model: 'lenet5@9' }] } }, 1],
    ['a drift reference that is not there', { drift: { reference: 'gone.json' } }, 0],
  ])(
    'with %s counts as a failed change of models only if models are the reason',
    async (_, change, failed) => {
      const lab = await Lab.open();
      const daemon = lab.run();
      const url = await daemon.ready();
      edit(lab, (config) => Object.assign(config, change));
      await daemon.logged(({ msg }) => msg.includes('rejected'));
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain(`smearwatch_model_swaps_total{outcome="failed"} ${failed}\n`);
      expect(metrics).toContain('smearwatch_configuration_last_reload_successful 0\n');
    },
  );

  it('is read again at SIGHUP, and new sinks and settings are in effect from then on', async () => {
    const lab = await Lab.open();
    const daemon = lab.run();
    await daemon.ready();
    edit(lab, (config) => {
      config['sinks'] = [{ type: 'ndjson', name: 'other', file: 'other.ndjson' }];
      config['review'] = { minConfidence: 1 };
    });
    daemon.signal('SIGHUP');
    await daemon.logged(({ msg }) => msg === 'Configuration reloaded');
    await lab.scan('a.png', 1);
    await ended(daemon, 1);
    const record = JSON.parse(readFileSync(join(lab.folder, 'other.ndjson'), 'utf8')) as ResultRecord;
    expect(record.decision.reviewReasons).toContain('low-confidence');
    expect(existsSync(join(lab.folder, 'results.ndjson'))).toBe(false);
  });
});

describe('The files afterwards', () => {
  it('are moved once their results are durable', async () => {
    const archive = temporaryFolder();
    const lab = await Lab.open({}, { afterwards: { action: 'move', to: archive } });
    await lab.scan('slide/a.png', 1);
    expect(await lab.run('--once').exit()).toBe(0);
    expect(existsSync(join(archive, 'slide/a.png'))).toBe(true);
    expect(existsSync(lab.path('slide/a.png'))).toBe(false);
  });

  it('are deleted only when they were classified', async () => {
    const lab = await Lab.open(
      {},
      { afterwards: { action: 'delete' }, settle: { quietMs: 50, incompleteAfterMs: 100 } },
    );
    await lab.scan('good.png', 1);
    lab.put('bad.png', 'no image');
    expect(await lab.run('--once').exit()).toBe(3);
    expect(readdirSync(join(lab.folder, 'in'))).toEqual(['bad.png']);
    expect(lab.documents().size).toBe(1);
  });
});

describe('A quarantined image', () => {
  it('is classified by a running daemon after `smearwatch replay`', async () => {
    const lab = await Lab.open({}, { expectedSize: { width: 1, height: 1 } });
    await lab.scan('a.png', 1);
    const daemon = lab.run();
    await ended(daemon, 1);
    expect((await daemon.status()).work.quarantined).toBe(1);
    edit(lab, (config) => {
      config['scanners'] = [
        { ...(config['scanners'] as object[])[0], expectedSize: { otherwise: 'accept' } },
      ];
    });
    await daemon.logged(({ msg }) => msg === 'Configuration reloaded');
    const replay = await runCli('replay', '--quarantined', '--config', lab.configFile);
    expect(replay).toMatchObject({ code: 0, stdout: expect.stringContaining('1') as string });
    await expect
      .poll(async () => (await daemon.status()).work, { timeout: 15_000 })
      .toMatchObject({ done: 1, queued: 0, running: 0 });
    await ended(daemon, 1); // delivered, too
    expect(lab.documents().get('a.png.json')?.decision.reviewReasons).toContain('unexpected-size');
  });
});

describe('HTTP', () => {
  it('tells Prometheus, probes and people how it is', async () => {
    const lab = await Lab.open();
    await lab.scan('a.png', 1);
    const daemon = lab.run();
    const url = await daemon.ready();
    await ended(daemon, 1);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/smearwatch_images_total\{[^}]*outcome="classified"[^}]*\} 1/);
    expect(await daemon.status()).toMatchObject({
      work: { done: 1, queued: 0 },
      workers: { configured: 1, alive: 1 },
      scanners: [{ name: 'left', unsettled: 0 }],
    });
  });
});

describe('A folder that is missing', () => {
  it('keeps its files in the queue; --once says so and ends, and the next run classifies them', async () => {
    const lab = await Lab.open();
    await lab.scan('a.png', 1);
    const folder = join(lab.folder, 'in');
    const ledger = Ledger.own(join(lab.folder, 'state'), () => []);
    const { size, mtimeMs } = statSync(lab.path('a.png'));
    ledger.queue.enqueue('left', [{ path: 'a.png', size, mtimeMs }]);
    ledger.close();
    renameSync(folder, `${folder} unmounted`);
    const first = lab.run('--once');
    expect(await first.exit()).toBe(1);
    expect(first.stderr).toContain(
      `1 file cannot be claimed: not taken in: the folder ${folder} of scanner left does not exist`,
    );
    renameSync(`${folder} unmounted`, folder);
    expect(await lab.run('--once').exit()).toBe(0);
    expect(lab.documents().size).toBe(1);
  });
});

describe('A sink that fails', () => {
  it('delays no other, loses nothing, and delivers once it can', async () => {
    const lab = await Lab.open();
    writeFileSync(join(lab.folder, 'results'), 'a file where the folder should be');
    await lab.scan('a.png', 1);
    const first = lab.run('--once');
    expect(await first.exit()).toBe(1);
    expect(first.stderr).toContain('sink json cannot be delivered to');
    expect(readFileSync(join(lab.folder, 'results.ndjson'), 'utf8')).toContain('a.png');
    rmSync(join(lab.folder, 'results'));
    expect(await lab.run('--once').exit()).toBe(0);
    expect([...lab.documents().keys()]).toEqual(['a.png.json']);
  });
});
