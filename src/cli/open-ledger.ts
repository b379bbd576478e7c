import { resolve } from 'node:path';
import { locateConfig } from '../config/locate.js';
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
  const { Ledger: Ledgers } = await import('../ledger/ledger.js');
  const ledger = Ledgers.visit(await stateFolderOf(location));
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
