import { commandActor } from '../audit/actor.js';
import { locateConfig } from '../config/locate.js';
import { EXIT } from '../errors.js';
import { defineCommand } from './command.js';
import { withLedger } from './open-ledger.js';
import { configOption, jsonOption, usageError } from './options.js';
import { printJson, printLine } from './output.js';

export const rebaselineCommand = defineCommand({
  command: 'rebaseline',
  describe:
    'Compare a scanner’s next images with its newest ones: after its lamp or the stain was changed on purpose.',
  options: {
    scanner: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'Name of the scanner.',
    },
    config: configOption,
    json: jsonOption,
  },
  examples: [
    ['rebaseline --scanner left --config lab.yaml', 'Its brightness and stain are as they should be now.'],
  ],
  epilogue:
    'Run it when the window is full of images from after the change (drift.window, 1000 unless configured). docs/drift.md says more.',
  async run({ scanner, config: file, json }, { terminal }) {
    const { loadConfig } = await import('../config/load.js');
    const { scannerSubject } = await import('../quality/drift/drift-monitor.js');
    const { Audit } = await import('../audit/audit.js');
    const { scanners, drift, stateFolder } = loadConfig(locateConfig(file)).config;
    if (!scanners.some(({ name }) => name === scanner)) {
      const names = scanners.map(({ name }) => name).join(', ');
      throw usageError(`There is no scanner "${scanner}"`, `The configuration has ${names}.`);
    }
    if (drift.reference !== undefined)
      throw usageError(
        `${drift.reference} is the reference of all scanners`,
        'Make another one and name it in drift.reference, or remove drift.reference.',
      );
    const forgotten = await withLedger({ state: stateFolder, config: undefined }, ({ driftReferences }) => {
      // Opened first: nothing is changed that cannot be recorded.
      const audit = Audit.open(stateFolder);
      try {
        const wasThere = driftReferences.forget(scannerSubject(scanner));
        if (wasThere)
          audit.append({ event: 'drift-reference-forgotten', actor: commandActor(), details: { scanner } });
        return wasThere;
      } finally {
        audit.close();
      }
    });
    if (json) printJson(terminal, { scanner, forgotten });
    else
      printLine(
        terminal,
        forgotten
          ? `The newest images of ${scanner} are its reference from now on.`
          : `${scanner} has no reference yet: its first images will be it.`,
      );
    return EXIT.done;
  },
});
