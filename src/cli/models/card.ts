import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT, messageOf, SmearwatchError } from '../../errors.js';
import { defineCommand } from '../command.js';
import { printLine } from '../output.js';
import { openRegistry, registryOptions } from '../registry.js';

export const cardCommand = defineCommand({
  command: 'card <model>',
  describe: 'The model card as Markdown: data, split, figures with 95 % intervals, intended use and limits.',
  positionals: {
    model: { type: 'string', demandOption: true, describe: 'name, name@version or name@label.' },
  },
  options: {
    out: { type: 'string', requiresArg: true, describe: 'Write it into this file instead of printing it.' },
    ...registryOptions,
  },
  examples: [
    ['models card alexnet@1', 'Print it.'],
    ['models card alexnet@production --out alexnet.md', 'Write it into a file.'],
  ],
  async run({ model, out, ...location }, { terminal }) {
    const version = await (await openRegistry(location)).resolve(model);
    const { cardOf } = await import('./card/card.js');
    const card = cardOf(version);
    if (out === undefined) terminal.out.write(card);
    else {
      await write(resolve(out), card);
      printLine(terminal, `The card of ${version.name}@${version.version} is in ${resolve(out)}`);
    }
    return EXIT.done;
  },
});

async function write(file: string, card: string): Promise<void> {
  try {
    await writeFile(file, card);
  } catch (cause) {
    throw new SmearwatchError('card-unwritable', `The card cannot be written to ${file}: ${messageOf(cause)}`, { cause });
  }
}
