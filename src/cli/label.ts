import { locateConfig } from '../config/locate.js';
import type { Config } from '../config/schema.js';
import { EXIT } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LabelRequest, LabelRules } from '../quality/labels/label-request.js';
import type { LabelFacts } from '../telemetry/telemetry.js';
import { defineCommand } from './command.js';
import { giveLabels } from './label/give-labels.js';
import { fileTarget } from './label/target.js';
import { withLedger } from './open-ledger.js';
import { configOption, jsonOption, usageError } from './options.js';
import { printJson, printLine, type Terminal } from './output.js';

const options = {
  sha256: {
    type: 'string',
    requiresArg: true,
    describe: 'SHA-256 of the image; its first digits do once it is in the ledger.',
  },
  path: {
    type: 'string',
    requiresArg: true,
    describe: "Path of the image: below its scanner's folder, or whole.",
  },
  scanner: { type: 'string', requiresArg: true, describe: 'Name of the scanner that --path belongs to.' },
  class: { type: 'string', requiresArg: true, describe: 'The true class.' },
  by: { type: 'string', requiresArg: true, describe: 'Who says so.' },
  from: {
    type: 'string',
    requiresArg: true,
    describe:
      'CSV file of many labels; columns: class, sha256 or path, and scanner, by where not given here.',
  },
  config: configOption,
  json: jsonOption,
} as const;

interface LabelValues {
  readonly sha256: string | undefined;
  readonly path: string | undefined;
  readonly scanner: string | undefined;
  readonly class: string | undefined;
  readonly by: string | undefined;
  readonly from: string | undefined;
}

export const labelCommand = defineCommand({
  command: 'label',
  describe: 'Say what an image really shows: for live accuracy, and beside its result.',
  options,
  examples: [
    [
      'label --path slide-7/cell-3.png --class lymphocyte --by "A. Weber" --config lab.yaml',
      'The true class of one image.',
    ],
    [
      'label --from labels.csv --by "A. Weber" --config lab.yaml',
      'Label many images. All labels are checked before the first is applied.',
    ],
  ],
  epilogue:
    'An image may be labelled before it is classified. A later label replaces an earlier one, which stays in the history: `smearwatch results --json`. A running daemon takes labels over at once.',
  async run(values, { terminal }) {
    const { loadConfig } = await import('../config/load.js');
    const { config } = loadConfig(locateConfig(values.config));
    const { labels, nameOf } = await requestsOf(values, config);
    const rules = await rulesOf(config);
    const given = await withLedger({ state: config.stateFolder, config: undefined }, async (ledger) => {
      const facts = await giveLabels(ledger, { labels, nameOf, rules, stateFolder: config.stateFolder });
      return { facts, waiting: facts.filter((label) => isWaiting(label, ledger)).length };
    });
    print(terminal, given, values.json);
    return EXIT.done;
  },
});

async function rulesOf({ models, scanners }: Config): Promise<LabelRules> {
  const { findModels } = await import('../model/registry/in-use.js');
  const [first] = await findModels(models);
  return { classes: first?.version.manifest.classes ?? [], scanners: scanners.map(({ name }) => name) };
}

interface Requests {
  readonly labels: readonly LabelRequest[];
  /** The label's name in errors. */
  readonly nameOf: (index: number) => string;
}

async function requestsOf(values: LabelValues, { scanners }: Config): Promise<Requests> {
  const { sha256, path, scanner, class: name, by, from } = values;
  if ([sha256, path, from].filter((given) => given !== undefined).length !== 1)
    throw usageError('Which image?', 'Give one of --sha256, --path and --from.');
  if (from !== undefined) {
    if (name !== undefined)
      throw usageError('--class and --from exclude each other', 'The file has the classes.');
    const { readLabelsCsv } = await import('../quality/labels/read-labels-csv.js');
    const only = scanners.length === 1 ? scanners[0]?.name : undefined;
    const { labels, lines } = await readLabelsCsv(from, { scanner: scanner ?? only, by });
    return { labels, nameOf: (index) => `${from}:${lines[index] ?? '?'}` };
  }
  if (name === undefined) throw usageError('Which class?', 'Give --class.');
  if (by === undefined) throw usageError('Who says so?', 'Give --by NAME.');
  const target = path === undefined ? { sha256: sha256?.toLowerCase() } : fileTarget(path, scanner, scanners);
  return { labels: [{ ...target, class: name, by }], nameOf: () => 'The label' };
}

/** A SHA-256 is taken for any image, and so is a label of one that never comes. */
function isWaiting({ outcome, sha256 }: LabelFacts, { labels }: Ledger): boolean {
  return outcome === 'waiting' || (sha256 !== undefined && !labels.hasResult(sha256));
}

interface GivenLabels {
  readonly facts: readonly LabelFacts[];
  /** How many of them are of images that the ledger does not have. */
  readonly waiting: number;
}

function print(terminal: Terminal, { facts, waiting }: GivenLabels, isJson: boolean): void {
  if (isJson) {
    printJson(terminal, { labels: facts, waitingForImages: waiting });
    return;
  }
  const [label] = facts;
  printLine(terminal, label && facts.length === 1 ? sentenceOf(label) : countsOf(facts));
  if (waiting > 0)
    printLine(
      terminal,
      waiting === 1
        ? '1 label waits for an image that is not in the ledger; check its path or SHA-256.'
        : `${waiting} labels wait for images that are not in the ledger; check their paths and SHA-256s.`,
    );
}

function sentenceOf({ sha256, path, class: name, outcome, previous }: LabelFacts): string {
  const image = path ?? sha256?.slice(0, 12) ?? '';
  if (outcome === 'changed') return `${image} is ${name} now; it was ${previous ?? ''} before.`;
  if (outcome === 'unchanged') return `${image} was ${name} already.`;
  if (outcome === 'waiting') return `${image} will be ${name}: no file of this name has been read yet.`;
  return `${image} is ${name}.`;
}

function countsOf(labels: readonly LabelFacts[]): string {
  const count = (wanted: string): number => labels.filter(({ outcome }) => outcome === wanted).length;
  const parts = ['set', 'changed', 'unchanged', 'waiting'].map((outcome) => `${count(outcome)} ${outcome}`);
  return `${labels.length} labels: ${parts.join(', ')}.`;
}
