import { messageOf } from '../../errors.js';
import { withLedger } from '../open-ledger.js';
import type { Recent } from './view.js';

/** More than the tallest screen shows beside everything else is of no use. */
const MOST = 50;

/**
 * The newest results, from the ledger as `smearwatch results` reads it: /status does not carry them, because
 * whoever can reach it may read it, and which slide shows what is nobody's business on the network.
 */
export async function readRecent(stateFolder: string | undefined): Promise<Recent> {
  if (stateFolder === undefined)
    return { missing: 'Results are read from the ledger: use --config instead of --url.' };
  try {
    return await withLedger({ state: stateFolder, config: undefined }, ({ browse }) => ({
      records: browse.results({ limit: MOST }).map(({ record }) => record),
    }));
  } catch (error) {
    // Another user's ledger, say: everything else can be shown.
    return { missing: messageOf(error) };
  }
}
