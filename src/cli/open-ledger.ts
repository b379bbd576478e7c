import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { locateConfig } from '../config/locate.js';
import { SmearwatchError } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';

export interface LedgerLocation {
  readonly state: string | undefined;
  readonly config: string | undefined;
}

/**
 * Calls `work` with the ledger of a state folder, which a daemon may be using at the same time.
 * @throws SmearwatchError `ledger-missing`: a command that reads must not make an empty ledger
 */
export async function withLedger<T>(
  location: LedgerLocation,
  work: (ledger: Ledger) => T | Promise<T>,
): Promise<T> {
  const { Ledger: Ledgers, ledgerFile } = await import('../ledger/ledger.js');
  const folder = await stateFolderOf(location);
  if (!existsSync(ledgerFile(folder))) throw noLedger(folder);
  const ledger = Ledgers.visit(folder);
  try {
    return await work(ledger);
  } finally {
    ledger.close();
  }
}

/** The state folder that `--state` or the configuration names; absolute. */
export async function stateFolderOf({ state, config }: LedgerLocation): Promise<string> {
  if (state !== undefined) return resolve(state);
  const { loadConfig } = await import('../config/load.js');
  return loadConfig(locateConfig(config)).config.stateFolder;
}

function noLedger(folder: string): SmearwatchError {
  return new SmearwatchError(`There is no ledger in ${folder}`, {
    code: 'ledger-missing',
    hint: 'It is made by the first `smearwatch run`. Is this the right configuration or state folder?',
  });
}
