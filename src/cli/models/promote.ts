import { commandActor } from '../../audit/actor.js';
import { EXIT } from '../../errors.js';
import { openTrail } from '../audit-trail.js';
import { defineCommand } from '../command.js';
import { jsonOption, stateOption, usageError } from '../options.js';
import { printJson, printLine } from '../output.js';
import { openRegistry, registryOptions } from '../registry.js';

export const promoteCommand = defineCommand({
  command: 'promote <model>',
  describe: 'Point a label at a version; a running daemon whose configuration follows the label swaps to it.',
  positionals: {
    model: { type: 'string', demandOption: true, describe: 'name@version, or name@label of another label.' },
  },
  options: {
    label: { type: 'string', requiresArg: true, default: 'production', describe: 'The label that is moved.' },
    force: { type: 'boolean', default: false, describe: 'Even if the version missed its limits.' },
    ...registryOptions,
    state: { ...stateOption, describe: "The daemon's state folder, whose audit trail it is recorded in." },
    json: jsonOption,
  },
  examples: [
    ['models promote alexnet@2', 'From now on, alexnet and alexnet@production mean version 2.'],
    ['models promote alexnet@2 --label candidate', 'alexnet@candidate means version 2.'],
  ],
  async run({ model, label, force, json, state, ...location }, { terminal }) {
    const { parseReference } = await import('../../model/registry/reference.js');
    if (parseReference(model).kind === 'default') {
      throw usageError(`"${model}" does not say which version`, `Write ${model}@ and the version's number.`);
    }
    const registry = await openRegistry(location);
    const { name, version } = await registry.resolve(model);
    const previous = await registry.labelled(name, label);
    const where = { state, config: location.config, registryFolder: registry.folder };
    const trail = await openTrail(where, terminal);
    try {
      await registry.promote(name, version, label, force);
      const details = { registry: registry.folder, model: name, label, version, previous, forced: force };
      trail?.append({ event: 'model-promoted', actor: commandActor(), details });
    } finally {
      trail?.close();
    }
    if (json) printJson(terminal, { name, label, version, previous });
    else {
      const before = previous === undefined || previous === version ? '' : ` (before: ${name}@${previous})`;
      printLine(terminal, `${name}@${label} is ${name}@${version} now${before}.`);
    }
    return EXIT.done;
  },
});
