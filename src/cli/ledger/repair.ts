import { commandActor } from '../../audit/actor.js';
import { locateConfig } from '../../config/locate.js';
import { EXIT } from '../../errors.js';
import type { RepairedLedger } from '../../ledger/repair/repair-ledger.js';
import { defineCommand } from '../command.js';
import { configOption, jsonOption } from '../options.js';
import { printable, printJson, printLine, type Terminal } from '../output.js';

export const repairCommand = defineCommand({
  command: 'repair',
  describe: 'Make a new ledger of what can be read of a damaged one, which is kept; no daemon may run.',
  options: { config: configOption, json: jsonOption },
  examples: [['ledger repair --config lab.yaml', 'Then start the daemon: what is missing is done again.']],
  epilogue:
    'Needs room for two more ledgers in the state folder. Files whose result is lost are queued again; files that are missing are found ' +
    'in their folders by the next start. A ledger in which nothing is wrong is left alone.',
  async run({ config: file, json }, { terminal }) {
    const { Audit } = await import('../../audit/audit.js');
    const { loadConfig } = await import('../../config/load.js');
    const { sinksOf } = await import('../../deliver/delivery-manager.js');
    const { repairLedger } = await import('../../ledger/repair/repair-ledger.js');
    const { config } = loadConfig(locateConfig(file));
    const repaired = repairLedger(config.stateFolder, (scanner) => sinksOf(config, scanner));
    if (repaired) {
      const { problems, ...details } = repaired;
      const audit = Audit.open(config.stateFolder);
      try {
        const found = problems.slice(0, 5).map(({ message }) => message.slice(0, 500));
        audit.append({ event: 'ledger-repaired', actor: commandActor(), details: { ...details, found } });
      } finally {
        audit.close();
      }
    }
    if (json) printJson(terminal, { repaired: repaired !== undefined, ...repaired });
    else if (repaired) print(terminal, repaired);
    else printLine(terminal, 'Nothing is wrong with the ledger; it was left as it is.');
    return EXIT.done;
  },
});

function print(terminal: Terminal, repaired: RepairedLedger): void {
  const { tables, requeued, redelivered, damagedFile } = repaired;
  for (const [name, { recovered, unreadable, refused, why }] of Object.entries(tables)) {
    const lost = [
      ...(unreadable > 0 ? [`up to ${unreadable} could not be read`] : []),
      ...(unreadable === 0 && why !== undefined ? ['some could not be read'] : []),
      ...(refused > 0 ? [`${refused} are not what such rows must be`] : []),
    ];
    const reason = why === undefined ? '' : printable(` (${why})`);
    printLine(
      terminal,
      `${name}: ${recovered} recovered${lost.map((text) => `, ${text}`).join('')}${reason}`,
    );
  }
  if (requeued > 0) printLine(terminal, `${requeued} files are queued again, since their result is lost.`);
  if (redelivered > 0)
    printLine(
      terminal,
      `${redelivered} results of the last day are delivered again: it is not known which were.`,
    );
  printLine(terminal, `The damaged ledger is kept as ${damagedFile}`);
  printLine(
    terminal,
    'Files that are missing are found by the next `smearwatch run`, by looking into the folders.',
  );
}
