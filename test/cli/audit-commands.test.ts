import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Audit } from '../../src/audit/audit.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { tamper, trailOf } from '../audit/trail.js';
import { writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { smearwatch } from './capture.js';

const ACTOR = `user:${userInfo().username}`;

function trail(state: string): { event: string; actor: string; details: unknown }[] {
  const audit = Audit.open(state);
  const last = audit.last();
  audit.close();
  return last === undefined ? [] : [{ ...last, details: JSON.parse(last.details) as unknown }];
}

describe('audit list', () => {
  it('prints a table, oldest first', async () => {
    const { out, exitCode } = await smearwatch('audit', 'list', '--state', trailOf(2));
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ENTRY +TIME +EVENT +ACTOR +DETAILS$/);
    expect(lines[1]).toMatch(/^ +1 .* label-set +user:anna +\{"number":1\}$/);
    expect(lines).toHaveLength(3);
    expect(exitCode).toBe(0);
  });

  it('chooses by event and time, and prints JSON with the details', async () => {
    const state = trailOf(2);
    const audit = Audit.open(state);
    audit.append({ event: 'model-promoted', details: { to: 2 }, at: new Date('2026-03-01T12:00:00Z') });
    audit.append({ event: 'model-promoted', details: { to: 3 }, at: new Date('2026-03-02T12:00:00Z') });
    audit.close();
    const listed = async (...options: string[]): Promise<unknown[]> => {
      const { out } = await smearwatch('audit', 'list', '--state', state, '--json', ...options);
      return (JSON.parse(out) as { details: unknown }[]).map(({ details }) => details);
    };
    expect(await listed('--event', 'model-promoted')).toEqual([{ to: 2 }, { to: 3 }]);
    expect(await listed('--event', 'model-promoted', '--since', '2026-03-02')).toEqual([{ to: 3 }]);
    expect(await listed('--event', 'model-promoted', '--since', '2026-03-01T13:30:00+01:00')).toEqual([
      { to: 3 },
    ]);
    expect(await listed('--limit', '1')).toEqual([{ to: 3 }]);
  });

  it('refuses a time whose zone is not said', async () => {
    const { err, exitCode } = await smearwatch('audit', 'list', '--since', '2026-03-01 12:00');
    expect(err).toContain('--since must be a date or a time with its zone');
    expect(exitCode).toBe(2);
  });

  it('makes no trail if it is missing', async () => {
    const state = temporaryFolder();
    const { err, exitCode } = await smearwatch('audit', 'list', '--state', state);
    expect(err).toContain('There is no audit trail');
    expect(existsSync(join(state, 'audit.sqlite'))).toBe(false);
    expect(exitCode).toBe(1);
  });
});

describe('audit verify', () => {
  it('says that all is well, and where the trail ends', async () => {
    const state = trailOf(3);
    const { head } = verifyAudit(state);
    const { out, exitCode } = await smearwatch('audit', 'verify', '--state', state);
    expect(out).toBe(`3 entries, all as they were written. The end is 3:${head.hash}\n`);
    expect(exitCode).toBe(0);
    const known = await smearwatch('audit', 'verify', '--state', state, '--head', `3:${head.hash}`);
    expect(known.exitCode).toBe(0);
  });

  it('names the first bad entry and exits 1', async () => {
    const state = trailOf(6);
    tamper(state, "UPDATE entries SET details = '{}' WHERE sequence IN (3, 5)");
    const { out, exitCode } = await smearwatch('audit', 'verify', '--state', state);
    expect(out).toContain('Entry 3: changed.');
    expect(out).toContain('2 entries before it are as they were written.');
    expect(exitCode).toBe(1);
    const json = await smearwatch('audit', 'verify', '--state', state, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ verified: false, problem: { sequence: 3 } });
  });

  it('compares with a hash that was kept elsewhere', async () => {
    const state = trailOf(3);
    const { out, exitCode } = await smearwatch(
      'audit',
      'verify',
      '--state',
      state,
      '--head',
      `9:${'a'.repeat(64)}`,
    );
    expect(out).toContain('Entries 4 to 9 are missing at the end');
    expect(exitCode).toBe(1);
  });
});

it('audit export writes one line per entry', async () => {
  const file = join(temporaryFolder(), 'audit.ndjson');
  const { out } = await smearwatch('audit', 'export', '--state', trailOf(3), '--out', file);
  expect(out).toBe(`3 entries in ${file}.\n`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { details: unknown }).details)).toEqual([
    { number: 1 },
    { number: 2 },
    { number: 3 },
  ]);
  const nowhere = await smearwatch('audit', 'export', '--state', trailOf(1), '--out', '/nowhere/a.ndjson');
  expect(nowhere.err).toContain('/nowhere/a.ndjson cannot be written');
});

describe('models promote', () => {
  async function lab(): Promise<{ folder: string; config: string; state: string; registry: string }> {
    const folder = temporaryFolder();
    const registry = emptyRegistry(folder);
    await addLeNet5(registry, 1);
    const config = writeConfig(folder, {
      scanners: [{ name: 'left', folder: 'in' }],
      models: { registry: 'models', use: [{ model: 'lenet5' }] },
    });
    return { folder, config, state: join(folder, 'state'), registry: registry.folder };
  }

  it('is recorded in the trail of the configuration, with who did it', async () => {
    const { config, state } = await lab();
    Ledger.own(state, () => []).close();
    const { exitCode, err } = await smearwatch('models', 'promote', 'lenet5@1', '--config', config);
    expect([exitCode, err]).toEqual([0, '']);
    expect(trail(state)).toMatchObject([
      {
        event: 'model-promoted',
        actor: ACTOR,
        details: { model: 'lenet5', version: 1, label: 'production', forced: false },
      },
    ]);
  });

  it('continues without a daemon, and says that the action is not recorded', async () => {
    const { config, registry, state } = await lab();
    const { exitCode, err } = await smearwatch('models', 'promote', 'lenet5@1', '--registry', registry);
    expect(exitCode).toBe(0);
    expect(err).toContain('not recorded in an audit trail: no state folder is known');
    const second = await smearwatch('models', 'promote', 'lenet5@1', '--config', config);
    expect(second.exitCode).toBe(0);
    expect(second.err).toContain(`there is no state folder ${state}`);
    expect(existsSync(state)).toBe(false);
  });

  it('moves nothing that cannot be recorded', async () => {
    const { config, registry, folder } = await lab();
    const { exitCode, err } = await smearwatch(
      'models',
      'promote',
      'lenet5@1',
      '--registry',
      registry,
      '--state',
      config,
    );
    expect(exitCode).toBe(1);
    expect(err).toContain('The audit trail');
    expect(existsSync(join(folder, 'models/lenet5/labels.json'))).toBe(false);
  });
});

it('replay is recorded', async () => {
  const state = temporaryFolder();
  Ledger.own(state, () => []).close();
  await smearwatch('replay', '--state', state, '--quarantined', '--scanner', 'left');
  expect(trail(state)).toMatchObject([
    { event: 'images-replayed', actor: ACTOR, details: { images: 0, quarantined: true, scanner: 'left' } },
  ]);
});
