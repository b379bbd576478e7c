import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ledgerFile } from '../../src/ledger/ledger.js';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.js';
import { runCli } from '../fixtures/daemon.js';
import { destroyPages, overwrite, pagesOfTable } from '../ledger/filled.js';
import { Lab } from './lab.js';

const IMAGES = 12;

async function worked(): Promise<{ lab: Lab; file: string }> {
  const lab = await Lab.open();
  for (let image = 0; image < IMAGES; image += 1) await lab.scan(`image-${image}.png`, image);
  expect(await lab.run('--once').exit()).toBe(0);
  return { lab, file: ledgerFile(join(lab.folder, 'state')) };
}

it('A daemon does not start with a damaged ledger, and says how to repair it', async () => {
  const { lab, file } = await worked();
  overwrite(file, 0, Buffer.alloc(100));
  const daemon = lab.run('--once');
  expect(await daemon.exit()).toBe(1);
  expect(daemon.stderr).toContain(`error: The ledger ${file} is damaged`);
  expect(daemon.stderr).toContain('smearwatch ledger repair --config');
  const { code } = await runCli('ledger', 'repair', '--config', lab.configFile);
  expect(code).toBe(0);
  expect(await lab.run('--once').exit()).toBe(0);
});

it.each(['results', 'files', 'outbox'])(
  'A daemon continues after its table %s was destroyed and repaired: every image has one result, none was lost',
  async (table) => {
    const { lab, file } = await worked();
    destroyPages(file, pagesOfTable(file, table, 'any'));
    const { code, stdout } = await runCli('ledger', 'repair', '--config', lab.configFile);
    expect([code, stdout]).toEqual([0, expect.stringContaining('is kept as')]);
    expect(await lab.run('--once').exit()).toBe(0);
    expect(verifyLedger(file)).toMatchObject({ problems: [], files: IMAGES, results: IMAGES });
    expect(lab.documents().size).toBe(IMAGES);
    const kept = readdirSync(join(lab.folder, 'state')).filter((name) => name.startsWith('ledger-damaged'));
    expect(kept.filter((name) => name.endsWith('.sqlite'))).toHaveLength(1);
  },
);
