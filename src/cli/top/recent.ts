import { messageOf } from '../../errors.js';
import { withLedger } from '../open-ledger.js';
import type { Recent } from './view.js';

/** More than the tallest screen shows beside everything else is of no use. */
const MOST = 50;

/**
 * Reads the newest results from the ledger, like `smearwatch results`. They are not part of /status: everyone
 * who can reach that page can read it, and results are confidential.
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
