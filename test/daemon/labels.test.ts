import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { CELL_CLASSES } from '../../src/images.js';
import { verifyAudit } from '../../src/audit/verify.js';
import type { Label } from '../../src/ledger/ledger.js';
import type { ResultRecord } from '../../src/record.js';
import type { TestDaemon } from '../fixtures/daemon.js';
import { runCli } from '../fixtures/daemon.js';
import { addLeNet5 } from '../fixtures/registry.js';
import { ended, Lab } from './lab.js';

const TOKEN = 'correct-horse-battery-staple';

/** A lab whose daemon accepts labels by HTTP. */
async function openWithToken(config: object = {}, scanner: object = {}): Promise<Lab> {
  const lab = await Lab.open();
  writeFileSync(join(lab.folder, 'token'), `${TOKEN}\n`, { mode: 0o600 });
  lab.configure({ http: { port: 0, tokenFile: 'token' }, ...config }, scanner);
  return lab;
}

async function post(
  daemon: TestDaemon,
  labels: unknown,
  token = TOKEN,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${await daemon.ready()}/labels`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(labels),
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

/** The values of a metric, by its labels as text. */
async function metric(daemon: TestDaemon, name: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${await daemon.ready()}/metrics`)).text();
  const lines = [...text.matchAll(new RegExp(`^smearwatch_${name}\\{([^}]*)\\} (.*)$`, 'gm'))];
  return Object.fromEntries(lines.map(([, labels, value]) => [String(labels), Number(value)] as const));
}

const MODEL = 'model="lenet5",version="1",engine="onnxruntime"';

function recordsOf(lab: Lab): Promise<ResultRecord[]> {
  return lab.withLedger((ledger) => ledger.browse.results({ limit: 1000 }).map(({ record }) => record));
}

function another(name: string): string {
  return CELL_CLASSES.find((other) => other !== name) ?? '';
}

describe('Labels by HTTP', () => {
  it('before and after classification give the same live accuracy, which a change replaces and a restart keeps', async () => {
    const lab = await openWithToken();
    const first = lab.run();
    await first.ready();
    // Before classification: the class that a.png will get is unknown.
    const early = { scanner: 'left', path: 'a.png', class: 'lymphocyte', by: 'LIS' };
    expect(await post(first, early)).toMatchObject({
      status: 200,
      body: { labels: [{ outcome: 'waiting' }] },
    });
    for (const [seed, name] of ['a.png', 'b.png', 'c.png', 'd.png'].entries()) await lab.scan(name, seed);
    await ended(first, 4);
    const records = new Map((await recordsOf(lab)).map((record) => [record.image.path, record]));
    const predicted = (name: string): string => records.get(name)?.decision.class ?? '';
    expect(records.get('a.png')?.label).toBe('lymphocyte');
    // After: b and c are labelled as classified, d as something else.
    const { status } = await post(first, [
      { sha256: records.get('b.png')?.image.sha256, class: predicted('b.png'), by: 'A. Weber' },
      { scanner: 'left', path: 'c.png', class: predicted('c.png'), by: 'A. Weber' },
      { scanner: 'left', path: 'd.png', class: another(predicted('d.png')), by: 'A. Weber' },
    ]);
    expect(status).toBe(200);
    const right = predicted('a.png') === 'lymphocyte' ? 3 : 2;
    expect(await metric(first, 'live_labelled_images')).toEqual({ [MODEL]: 4 });
    expect(await metric(first, 'live_accuracy_ratio')).toEqual({ [MODEL]: right / 4 });
    await post(first, { scanner: 'left', path: 'd.png', class: predicted('d.png'), by: 'B. Kaya' });
    expect(await metric(first, 'live_accuracy_ratio')).toEqual({ [MODEL]: (right + 1) / 4 });
    expect(await first.stop()).toBe(0);
    const second = lab.run();
    expect(await metric(second, 'live_accuracy_ratio')).toEqual({ [MODEL]: (right + 1) / 4 });
    const history = await lab.withLedger(({ labels }) =>
      labels.history(records.get('d.png')?.image.sha256 ?? ''),
    );
    expect(history.map(({ by }: Label) => by)).toEqual(['A. Weber', 'B. Kaya']);
  });

  it('are in the audit trail; the token is nowhere', async () => {
    const lab = await openWithToken({ log: { level: 'debug' } });
    const daemon = lab.run();
    const sha256 = 'ab'.repeat(32);
    await post(daemon, { sha256, class: 'lymphocyte', by: 'A. Weber' });
    expect((await post(daemon, {}, 'wrong-horse-battery-staple')).status).toBe(401);
    const status = JSON.stringify(await daemon.status());
    await daemon.stop();
    expect(verifyAudit(join(lab.folder, 'state')).problem).toBeUndefined();
    const trail = await runCli('audit', 'list', '--json', '--config', lab.configFile);
    expect(trail.stdout).toContain('label-set');
    expect(trail.stdout).toContain(sha256);
    const told = [JSON.stringify(daemon.log), daemon.stderr, status, trail.stdout].join('\n');
    expect(told).not.toContain(TOKEN);
    expect(told).not.toContain('wrong-horse');
    expect(daemon.log).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'A change by HTTP was refused' }),
    );
  });

  it('need the token that its file holds at the last reload', async () => {
    const lab = await openWithToken();
    const daemon = lab.run();
    await daemon.ready();
    const label = { sha256: 'ab'.repeat(32), class: 'lymphocyte', by: 'A. Weber' };
    writeFileSync(join(lab.folder, 'token'), 'another-horse-battery-staple');
    daemon.signal('SIGHUP');
    await daemon.logged(({ msg }) => msg === 'Configuration reloaded');
    expect((await post(daemon, label)).status).toBe(401);
    expect((await post(daemon, label, 'another-horse-battery-staple')).status).toBe(200);
    chmodSync(join(lab.folder, 'token'), 0o644);
    daemon.signal('SIGHUP');
    const line = await daemon.logged(({ msg }) => msg.includes('rejected; the previous'));
    expect(JSON.stringify(line)).toContain('every user of this computer can read it');
    expect((await post(daemon, label, 'another-horse-battery-staple')).status).toBe(200);
  });

  it('are refused while no token is configured, until one is', async () => {
    const lab = await Lab.open();
    const daemon = lab.run();
    const label = { sha256: 'ab'.repeat(32), class: 'lymphocyte', by: 'A. Weber' };
    expect(await post(daemon, label)).toMatchObject({ status: 403, body: { error: 'changes-not-allowed' } });
    writeFileSync(join(lab.folder, 'token'), TOKEN, { mode: 0o600 });
    const config = parse(readFileSync(lab.configFile, 'utf8')) as { http: object };
    writeFileSync(lab.configFile, stringify({ ...config, http: { ...config.http, tokenFile: 'token' } }));
    await daemon.logged(({ msg }) => msg === 'Configuration reloaded');
    expect((await post(daemon, label)).status).toBe(200);
  });

  it('keep a daemon from starting if every user can read its token', async () => {
    const lab = await openWithToken();
    chmodSync(join(lab.folder, 'token'), 0o604);
    const daemon = lab.run();
    expect(await daemon.exit()).toBe(2);
    expect(daemon.stderr).toContain('chmod o-rwx');
    expect(daemon.stderr).not.toContain(TOKEN);
  });
});

describe('Labels by command', () => {
  it('show in a running daemon’s metrics at once', async () => {
    const lab = await Lab.open();
    await lab.scan('a.png', 1);
    const daemon = lab.run();
    await ended(daemon, 1);
    expect(await metric(daemon, 'live_labelled_images')).toEqual({ [MODEL]: 0 });
    const [record] = await recordsOf(lab);
    const given = ['--class', record?.decision.class ?? '', '--by', 'A. Weber', '--config', lab.configFile];
    expect(await runCli('label', '--path', lab.path('a.png'), ...given)).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await metric(daemon, 'live_accuracy_ratio')).toEqual({ [MODEL]: 1 });
  });
});

describe('Label files', () => {
  it('are found beside images, at the start and later', async () => {
    const lab = await Lab.open({}, { labels: 'files', rescanIntervalMs: 1000 });
    const file = (name: string): void =>
      lab.put(`${name}.label.json`, JSON.stringify({ class: 'lymphocyte', by: 'A. Weber' }));
    await lab.scan('slide/a.png', 1);
    await lab.scan('slide/b.png', 2);
    file('slide/a.png');
    const daemon = lab.run();
    await ended(daemon, 2);
    await expect.poll(() => metric(daemon, 'live_labelled_images')).toEqual({ [MODEL]: 1 });
    file('slide/b.png');
    await expect
      .poll(() => metric(daemon, 'live_labelled_images'), { timeout: 10_000 })
      .toEqual({ [MODEL]: 2 });
    expect((await daemon.status()).work).toMatchObject({ done: 2, quarantined: 0 });
  });

  it('are read by a run that processes its files and ends', async () => {
    const lab = await Lab.open({}, { labels: 'files' });
    await lab.scan('a.png', 1);
    lab.put('a.png.label.json', JSON.stringify({ class: 'lymphocyte', by: 'A. Weber' }));
    expect(await lab.run('--once').exit()).toBe(0);
    expect((await recordsOf(lab)).map(({ label }) => label)).toEqual(['lymphocyte']);
  });
});

describe('Folders whose names are classes', () => {
  it('label their images; another name is reported and labels nothing', async () => {
    const lab = await Lab.open({}, { labels: 'folder' });
    await lab.scan('lymphocyte/a.png', 1);
    await lab.scan('2026-02/b.png', 2);
    const daemon = lab.run();
    await ended(daemon, 2);
    expect(await metric(daemon, 'live_labelled_images')).toEqual({ [MODEL]: 1 });
    expect(daemon.log).toContainEqual(expect.objectContaining({ msg: 'Label refused', name: '2026-02' }));
    expect(lab.documents().get('2026-02/b.png.json')?.label).toBeUndefined();
    expect(lab.documents().get('lymphocyte/a.png.json')?.label).toBe('lymphocyte');
  });
});

describe('Drift', () => {
  it('is measured against the first window, which a restart keeps, and against a new one for other models', async () => {
    const lab = await Lab.open({ drift: { window: 50 } });
    for (let seed = 0; seed < 55; seed += 1) await lab.scan(`${seed}.png`, seed);
    const first = lab.run();
    await ended(first, 55);
    const before = await metric(first, 'image_drift_psi');
    expect(Object.keys(before).sort()).toEqual(
      ['brightness', 'stain-colour', 'stain-strength'].map(
        (measure) => `scanner="left",measure="${measure}"`,
      ),
    );
    expect(before['scanner="left",measure="brightness"']).toBeLessThan(0.25);
    expect(Object.keys(await metric(first, 'prediction_drift_psi')).sort()).toEqual([
      `${MODEL},measure="classes"`,
      `${MODEL},measure="confidence"`,
    ]);
    expect(lab.documents().get('0.png.json')?.image.look).toMatchObject({
      brightness: expect.any(Number) as number,
      stain: { red: expect.any(Number) as number },
    });
    await first.stop();
    await addLeNet5(lab.registry, 2);
    const second = lab.run();
    expect(await metric(second, 'image_drift_psi')).toEqual(before);
    expect(await metric(second, 'prediction_drift_reference_images')).toEqual({
      'model="lenet5",version="2",engine="onnxruntime"': 0,
    });
  });

  it('against a file that is not a reference keeps the daemon from starting, with the fix', async () => {
    const lab = await Lab.open({ drift: { reference: 'reference.json' } });
    const daemon = lab.run();
    expect(await daemon.exit()).toBe(2);
    expect(daemon.stderr).toContain('(drift.reference) cannot be used');
  });
});
