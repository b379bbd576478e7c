import { commandActor } from '../audit/actor.js';
import { EXIT } from '../errors.js';
import { defineCommand } from './command.js';
import { stateFolderOf, withLedger } from './open-ledger.js';
import { configOption, jsonOption, stateOption, usageError } from './options.js';
import { printJson, printLine } from './output.js';
import { fileFilter, filterOptions } from './result-filter.js';

export const replayCommand = defineCommand({
  command: 'replay',
  describe: 'Queue images again: those in quarantine, or one that has a result already.',
  options: {
    ...filterOptions,
    quarantined: {
      type: 'boolean',
      default: false,
      describe: 'Those in quarantine (and matching --path, --scanner, --sha256), with all their attempts.',
    },
    config: configOption,
    state: stateOption,
    json: jsonOption,
  },
  examples: [
    ['replay --config lab.yaml --quarantined', 'Try everything in quarantine again.'],
    ['replay --config lab.yaml --quarantined --scanner left', 'Only what came from one scanner.'],
    ['replay --config lab.yaml --sha256 3fa9c1d2', 'Classify an image again, with the models in use now.'],
  ],
  epilogue: 'A running daemon takes the images up by itself; otherwise the next `smearwatch run` does.',
  async run(values, { terminal }) {
    const { sha256, quarantined } = values;
    if (!quarantined && sha256 === undefined) {
      throw usageError('replay needs to know which images', 'Give --quarantined, or --sha256 of an image.');
    }
    if (!quarantined && (values.path !== undefined || values.scanner !== undefined)) {
      throw usageError('--path and --scanner choose among images in quarantine', 'Add --quarantined.');
    }
    const queued = await withLedger({ state: values.state, config: values.config }, async ({ browse }) => {
      const { Audit } = await import('../audit/audit.js');
      // Opened first: nothing is queued again that cannot be recorded.
      const audit = Audit.open(await stateFolderOf(values));
      try {
        const images =
          quarantined || sha256 === undefined
            ? browse.replayQuarantined(fileFilter(values))
            : browse.replayImage(sha256);
        const details = { images, quarantined, ...fileFilter(values) };
        audit.append({ event: 'images-replayed', actor: commandActor(), details });
        return images;
      } finally {
        audit.close();
      }
    });
    if (values.json) printJson(terminal, { queued });
    else printLine(terminal, `${queued} ${queued === 1 ? 'image' : 'images'} queued again.`);
    return EXIT.done;
  },
});
