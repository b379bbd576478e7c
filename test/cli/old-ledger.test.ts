import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Cells } from '../evaluate/cells.js';
import { writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { sha256Of } from '../fixtures/records.js';
import { writeOldLedger } from '../ledger/old-ledger.js';
import { smearwatch, spawnSmearwatch, type Outcome } from './capture.js';

const WAY_OUT = /move ledger\.sqlite.* away, or name another stateFolder.* Results that sinks received stay/;

/** A daemon's folder as a Smearwatch from before ledger version 1 left it. */
function old(): { config: string; file: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'in'));
  const file = writeOldLedger(join(folder, 'state'));
  return { config: writeConfig(folder, { scanners: [{ name: 'left', folder: 'in' }] }), file };
}

function expectRefusal({ err, exitCode }: Outcome, file: string): void {
  expect(err).toContain(`The ledger ${file} is from before ledger version 1`);
  expect(err.replace(/\s+/g, ' ')).toMatch(WAY_OUT);
  expect(exitCode).toBe(1);
}

describe('A ledger from before version 1 is refused, with the way out, by', () => {
  it.each([
    [['results']],
    [['results', '--quarantined']],
    [['replay', '--sha256', sha256Of('a')]],
    [['label', '--sha256', sha256Of('a'), '--class', 'lymphocyte', '--by', 'anna']],
    [['rebaseline', '--scanner', 'left']],
    [['ledger', 'verify']],
    [['ledger', 'backup', 'copy.sqlite']],
    [['ledger', 'repair']],
  ])('%o', async (command) => {
    const { config, file } = old();
    expectRefusal(await smearwatch(...command, '--config', config), file);
  });

  it('run', async () => {
    const { config, file } = old();
    expectRefusal(await spawnSmearwatch('run', '--once', '--config', config), file);
  });

  it('doctor, as a check that failed', async () => {
    const { config, file } = old();
    const { out } = await smearwatch('doctor', '--config', config, '--json');
    const { checks } = JSON.parse(out) as { checks: { name: string }[] };
    expect(checks.find(({ name }) => name === 'ledger')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining(file) as string,
      fix: expect.stringMatching(WAY_OUT) as string,
    });
  });

  it('evaluate, which asks for another folder', async () => {
    const cells = await Cells.make(1);
    const evaluating = (): Promise<Outcome> =>
      spawnSmearwatch(
        'evaluate',
        '--data',
        cells.folder,
        '--out',
        cells.out,
        '--models',
        'lenet5',
        '--registry',
        cells.registry.folder,
      );
    expect((await evaluating()).exitCode).toBe(0);
    rmSync(join(cells.out, 'ledger'), { recursive: true });
    writeOldLedger(join(cells.out, 'ledger'));
    const { err, exitCode } = await evaluating();
    expect(err).toContain(`The evaluation in ${cells.out} was begun by a Smearwatch from before`);
    expect(err).toContain('Name another folder');
    expect(exitCode).toBe(1);
  });
});
