import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readAudit } from '../../src/audit/read-audit.js';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import { writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { destroyPages, filledLedger, overwrite, pagesOfTable } from '../ledger/filled.js';
import { smearwatch } from './capture.js';

let folder: string;
let state: string;
let config: string;
beforeEach(() => {
  folder = temporaryFolder();
  state = join(folder, 'state');
  mkdirSync(join(folder, 'in'));
  config = writeConfig(folder, {
    scanners: [{ name: 'left', folder: 'in' }],
    sinks: [{ type: 'json', folder: 'results' }],
  });
  filledLedger(60, state);
});

const damage = (): void =>
  destroyPages(ledgerFile(state), pagesOfTable(ledgerFile(state), 'results').slice(1, 2));
const recorded = (): { event: string; details: unknown }[] =>
  readAudit(state, {}, (entries) =>
    [...entries].map(({ event, details }) => ({ event, details: JSON.parse(details) as unknown })),
  );

describe('ledger verify', () => {
  it('exits 0, and reports files that a killed daemon left', async () => {
    const { out, exitCode } = await smearwatch('ledger', 'verify', '--config', config);
    expect(out).toContain('63 files and 60 results, all as they should be.');
    expect(out).toContain('1 file was in progress when a daemon was killed');
    expect(exitCode).toBe(0);
  });

  it('does not report them while a daemon runs', async () => {
    const daemon = Ledger.own(state, () => []);
    onTestFinished(() => daemon.close());
    const { out, exitCode } = await smearwatch('ledger', 'verify', '--config', config, '--json');
    expect(JSON.parse(out)).toMatchObject({ verified: true, running: 1, problems: [], notes: [] });
    expect(exitCode).toBe(0);
  });

  it('exits 1 with what is wrong and what to do', async () => {
    damage();
    const { out, exitCode } = await smearwatch('ledger', 'verify', '--config', config);
    expect(out).toMatch(/^damaged: /);
    expect(out).toContain('smearwatch ledger repair');
    expect(exitCode).toBe(1);
    const json = await smearwatch('ledger', 'verify', '--state', state, '--quick', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ verified: false, quick: true });
  });

  it('of no ledger is an error, and makes none', async () => {
    const empty = temporaryFolder();
    const { err, exitCode } = await smearwatch('ledger', 'verify', '--state', empty);
    expect(err).toContain('There is no ledger');
    expect(exitCode).toBe(1);
    expect(readdirSync(empty)).toEqual([]);
  });
});

it('ledger backup into a folder takes a name with its time, and is in the audit trail', async () => {
  const backups = join(folder, 'backups');
  mkdirSync(backups);
  const { out, exitCode } = await smearwatch('ledger', 'backup', backups, '--config', config);
  const [name = ''] = readdirSync(backups);
  expect(name).toMatch(/^ledger-20\d\d-.*Z\.sqlite$/);
  expect(out).toMatch(/63 files and 60 results, .* verified\.\nSHA-256 [0-9a-f]{64}\n/);
  expect(exitCode).toBe(0);
  expect(recorded()).toMatchObject([
    { event: 'ledger-backed-up', details: { file: join(backups, name), results: 60 } },
  ]);
});

describe('ledger repair', () => {
  it('says what was recovered and what not, and is in the audit trail', async () => {
    damage();
    const { out, exitCode } = await smearwatch('ledger', 'repair', '--config', config);
    expect(out).toMatch(/^results: \d+ recovered, up to \d+ could not be read \(.*malformed\)$/m);
    expect(out).toMatch(/^files: 63 recovered$/m);
    expect(out).toMatch(/^\d+ files are queued again, since their result is lost\.$/m);
    expect(out).toMatch(/^The damaged ledger is kept as .*ledger-damaged-.*\.sqlite$/m);
    expect(exitCode).toBe(0);
    expect(recorded()).toMatchObject([
      { event: 'ledger-repaired', details: { tables: { files: { recovered: 63 } } } },
    ]);
    expect((await smearwatch('ledger', 'verify', '--config', config)).exitCode).toBe(0);
  });

  it('leaves a right one alone, and records nothing', async () => {
    const { out, exitCode } = await smearwatch('ledger', 'repair', '--config', config, '--json');
    expect([JSON.parse(out), exitCode]).toEqual([{ repaired: false }, 0]);
    expect(readdirSync(state)).not.toContain('audit.sqlite');
  });

  it('is refused while a daemon runs', async () => {
    const daemon = Ledger.own(state, () => []);
    onTestFinished(() => daemon.close());
    const { err, exitCode } = await smearwatch('ledger', 'repair', '--config', config);
    expect(err).toContain('Another Smearwatch daemon works in');
    expect(exitCode).toBe(1);
  });
});

it('Commands that read a damaged ledger name the one that repairs it', async () => {
  overwrite(ledgerFile(state), 0, Buffer.alloc(100));
  const { err, exitCode } = await smearwatch('results', '--state', state);
  expect(err).toContain('is damaged');
  expect(err).toContain('smearwatch ledger repair');
  expect(exitCode).toBe(1);
});

it('doctor reports a damaged ledger', async () => {
  const find = async (): Promise<unknown> => {
    const { out } = await smearwatch('doctor', '--config', config, '--json');
    const { checks } = JSON.parse(out) as { checks: { name: string }[] };
    return checks.find(({ name }) => name === 'ledger');
  };
  expect(await find()).toMatchObject({ status: 'ok' });
  damage();
  expect(await find()).toMatchObject({
    status: 'fail',
    fix: expect.stringContaining('smearwatch ledger repair') as string,
  });
});
