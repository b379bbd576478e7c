import { existsSync } from 'node:fs';
import { hintOf, messageOf } from '../../errors.js';
import { ledgerFile } from '../../ledger/ledger-file.js';
import { verifyLedger } from '../../ledger/verify/verify-ledger.js';
import { fail, ok, type Check } from './check.js';

const NAME = 'ledger';

/** Whether the ledger, where there is one, passes SQLite's quick check. Also beside a running daemon. */
export function checkLedger(stateFolder: string): Check[] {
  const file = ledgerFile(stateFolder);
  if (!existsSync(file)) return [];
  try {
    const { problems, files, results } = verifyLedger(file, { quick: true });
    const [first] = problems;
    if (!first) return [ok(NAME, `${files} files and ${results} results can be read`)];
    const fix =
      'Stop the daemon, then run: smearwatch ledger repair. What is wrong: smearwatch ledger verify.';
    return [fail(NAME, `${file} is damaged: ${first.message}`, fix)];
  } catch (error) {
    return [fail(NAME, messageOf(error), hintOf(error) ?? 'Run: smearwatch ledger verify')];
  }
}
