import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DaemonStatus } from '../../../src/daemon/http/status.js';
import { ended, Lab } from '../../daemon/lab.js';
import { runCli } from '../../fixtures/daemon.js';
import { parseMetrics } from '../../../src/telemetry/parse-metrics.js';

/** The line that begins with `title`. */
function line(frame: string, title: string): string {
  return frame.split('\n').find((each) => each.startsWith(title)) ?? `no line ${title}`;
}

/** That every figure of /status is in the frame, which was made between two answers. */
function expectFigures(frame: string, before: DaemonStatus, after: DaemonStatus): void {
  const { work, workers, outbox, inFlight, models, decoding, version } = after;
  expect(frame).toContain(`smearwatch ${version}  up `);
  const [, rate = NaN] = /^Throughput +([\d.]+) images\/s/.exec(line(frame, 'Throughput')) ?? [];
  // Since the start while that is less than a minute ago: it falls while nothing is done.
  expect(Number(rate)).toBeLessThanOrEqual(before.imagesPerSecond + 0.05);
  expect(Number(rate)).toBeGreaterThanOrEqual(after.imagesPerSecond - 0.05);
  expect(line(frame, 'Work ')).toBe(
    `Work        ${work.queued} queued, ${work.running} running, ${work.done} done, ${work.quarantined} quarantined`,
  );
  expect(line(frame, 'Workers')).toBe(
    `Workers     ${workers.alive} of ${workers.configured}, ${workers.busy} busy; ${inFlight} images in flight`,
  );
  const owed = Object.entries(outbox).map(([sink, records]) => `${sink} ${records} waiting`);
  expect(line(frame, 'Sinks')).toBe(`Sinks       ${owed.join(', ') || 'nothing waits'}`);
  expect(line(frame, 'Decoded')).toBe(`Decoded     libvips ${decoding.images.libvips}`);
  for (const { name, version: model, computations, precision } of models) {
    const [first] = computations;
    expect(line(frame, `${name}@${model}`)).toMatch(
      new RegExp(`${first?.computation} +${precision} +[\\d.]+$`),
    );
  }
}

describe('top --once', () => {
  it('shows what /status and the ledger say, after work of every kind', async () => {
    const lab = await Lab.open({}, { settle: { quietMs: 50, incompleteAfterMs: 100 } });
    for (let seed = 0; seed < 24; seed += 1) await lab.scan(`slide/${seed}.png`, seed);
    lab.put('broken.png', 'no image');
    const daemon = lab.run();
    await ended(daemon, 25);
    const before = await daemon.status();
    const { stdout: frame, stderr, code } = await runCli('top', '--once', '--config', lab.configFile);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expectFigures(frame, before, await daemon.status());
    expect(line(frame, 'smearwatch')).toMatch(/ READY$/);
    const metrics = parseMetrics(await (await fetch(`${await daemon.ready()}/metrics`)).text());
    for (const stage of ['settle', 'queue', 'read', 'decode', 'batch', 'pool', 'record']) {
      const valueOf = (suffix: string): number =>
        metrics.find(
          ({ name, labels }) =>
            name === `smearwatch_stage_duration_seconds_${suffix}` && labels['stage'] === stage,
        )?.value ?? NaN;
      const [mean = '', unit] = line(frame, `${stage} `).split(/ +/).slice(1);
      const seconds = Number(mean) * (unit === 'ms' ? 0.001 : 1);
      const expected = valueOf('sum') / valueOf('count');
      expect(Math.abs(seconds - expected)).toBeLessThanOrEqual(expected * 0.01 + 1e-5);
    }
    const newest = await lab.withLedger((ledger) => ledger.browse.results({ limit: 3 }));
    for (const { record } of newest) {
      const { class: name, confidence } = record.decision;
      expect(frame).toContain(`left/${record.image.path}`);
      expect(frame).toContain(`${name.padEnd(18)}${confidence.toFixed(3)}`);
    }
    expect(frame.split('\n').length).toBeLessThanOrEqual(24);
    expect(await daemon.stop()).toBe(0);
  });

  it('shows standing work, and what it waits for, while a disk is too full', async () => {
    const lab = await Lab.open({ disk: { minFreeBytes: Number.MAX_SAFE_INTEGER } });
    for (let seed = 0; seed < 5; seed += 1) await lab.scan(`${seed}.png`, seed);
    const daemon = lab.run();
    await expect.poll(async () => (await daemon.status()).work.queued).toBe(5);
    const { stdout: frame } = await runCli('top', '--once', '--config', lab.configFile);
    expect(line(frame, 'Work ')).toContain('5 queued, 0 running, 0 done, 0 quarantined');
    expect(line(frame, 'smearwatch')).toMatch(/ NOT READY$/);
    expect(frame.split('\n')[1]).toMatch(/^paused: only \d+ MiB are free/);
    expect(frame).toMatch(/ALERT +disk +full: intake paused/);
    const { code, stdout } = await runCli('status', '--config', lab.configFile);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Not ready: .*\n {2}paused: only/);
    expect(stdout).toContain('5 queued, 0 running');
  });

  it('shows a daemon in the middle of its work', async () => {
    const lab = await Lab.open();
    for (let seed = 0; seed < 60; seed += 1) await lab.scan(`${seed}.png`, seed);
    const daemon = lab.run();
    await daemon.ready();
    const before = await daemon.status();
    const { stdout: frame } = await runCli('top', '--once', '--config', lab.configFile);
    const after = await daemon.status();
    const [, queued, running, done] =
      /(\d+) queued, (\d+) running, (\d+) done/.exec(line(frame, 'Work ')) ?? [];
    expect(Number(done)).toBeGreaterThanOrEqual(before.work.done);
    expect(Number(done)).toBeLessThanOrEqual(after.work.done);
    expect(Number(queued) + Number(running) + Number(done)).toBeLessThanOrEqual(60);
    await ended(daemon, 60);
  });
});

describe('The daemon', () => {
  it('records where it listens while it runs, so that later commands find no daemon', async () => {
    const lab = await Lab.open();
    const daemon = lab.run();
    const url = await daemon.ready();
    const file = join(lab.folder, 'state', 'http.json');
    const address = { version: 1, host: '127.0.0.1', port: Number(new URL(url).port) };
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(address);
    expect((await runCli('status', '--config', lab.configFile)).code).toBe(0);
    await daemon.stop();
    const { code, stderr } = await runCli('top', '--once', '--config', lab.configFile);
    expect(code).toBe(1);
    expect(stderr).toContain('No daemon is running');
  });
});
