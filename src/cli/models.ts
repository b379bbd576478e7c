import { EXIT } from '../errors.js';
import type { ModelVersion } from '../model/registry/registry.js';
import type { FileReport } from '../model/registry/verify.js';
import { defineCommand, defineGroup } from './command.js';
import { cardCommand } from './models/card.js';
import { importCommand } from './models/import.js';
import { promoteCommand } from './models/promote.js';
import { quantizeCommand } from './models/quantize.js';
import { jsonOption } from './options.js';
import { formatBytes, printJson, printLine, printTable, type Terminal } from './output.js';
import { openRegistry, registryOptions } from './registry.js';

const options = { ...registryOptions, json: jsonOption } as const;

const listCommand = defineCommand({
  command: 'list',
  describe: 'Every version of every model, with the labels that point at it.',
  options,
  examples: [['models list', 'The models that ship with Smearwatch.']],
  async run({ json, ...location }, { terminal }) {
    const registry = await openRegistry(location);
    const versions = await registry.list();
    if (json) printJson(terminal, { registry: registry.folder, models: versions });
    else printList(terminal, registry.folder, versions);
    return EXIT.done;
  },
});

const showCommand = defineCommand({
  command: 'show <model>',
  describe: 'What one version says about itself: data, options, evaluation, files.',
  positionals: {
    model: { type: 'string', demandOption: true, describe: 'name, name@version or name@label.' },
  },
  options,
  examples: [['models show alexnet@1', 'The manifest of version 1 of alexnet.']],
  async run({ json, model, ...location }, { terminal }) {
    const version = await (await openRegistry(location)).resolve(model);
    if (json) printJson(terminal, version);
    else await printVersion(terminal, version);
    return EXIT.done;
  },
});

const verifyCommand = defineCommand({
  command: 'verify [model]',
  describe: 'Read every file again and compare it with its SHA-256; exits 1 when one is not intact.',
  positionals: {
    model: { type: 'string', describe: 'name, name@version or name@label; otherwise all.' },
  },
  options,
  examples: [
    ['models verify', 'All models.'],
    ['models verify lenet5@production', 'One version.'],
  ],
  async run({ json, model, ...location }, { terminal }) {
    const registry = await openRegistry(location);
    const target = model === undefined ? undefined : await registry.resolve(model);
    const reports = await registry.verify(target?.name, target?.version);
    const isIntact = reports.every(({ state }) => state === 'intact');
    if (json) printJson(terminal, { intact: isIntact, files: reports });
    else printReports(terminal, reports);
    return isIntact ? EXIT.done : EXIT.failed;
  },
});

export const modelsCommand = defineGroup({
  command: 'models',
  describe: 'The models in the registry: look at them, promote, quantise, import.',
  commands: [
    listCommand,
    showCommand,
    verifyCommand,
    cardCommand,
    promoteCommand,
    quantizeCommand,
    importCommand,
  ],
});

function printList(terminal: Terminal, folder: string, versions: readonly ModelVersion[]): void {
  if (versions.length === 0) {
    printLine(terminal, `There are no models in ${folder}.`);
    return;
  }
  const columns = ['MODEL', 'VERSION', 'LABELS', 'NETWORK', 'PRECISION', 'CLASSES', 'CREATED'].map(
    (title) => ({
      title,
    }),
  );
  const rows = versions.map(({ name, version, labels, manifest }) => [
    name,
    String(version),
    labels.join(', '),
    manifest.architecture.name,
    manifest.precision,
    String(manifest.classes.length),
    manifest.createdAt.slice(0, 10),
  ]);
  printTable(terminal, columns, rows);
}

async function printVersion(terminal: Terminal, version: ModelVersion): Promise<void> {
  const { stringify } = await import('yaml');
  const { name, version: number, labels, folder, manifest } = version;
  const { files, ...rest } = manifest;
  const sizes = Object.entries(files).map(([file, { bytes, packed }]) => {
    const unpacked = packed === undefined ? '' : `, packed in ${formatBytes(packed.bytes)}`;
    return [file, `${formatBytes(bytes)}${unpacked}`] as const;
  });
  printLine(terminal, `${name}@${number}${labels.length === 0 ? '' : ` (${labels.join(', ')})`}`);
  printLine(terminal, folder);
  printLine(terminal);
  printLine(terminal, stringify({ ...rest, files: Object.fromEntries(sizes) }, { lineWidth: 100 }).trimEnd());
}

function printReports(terminal: Terminal, reports: readonly FileReport[]): void {
  for (const { name, version, file, state, message } of reports) {
    const detail = message === undefined ? '' : `: ${message}`;
    printLine(terminal, `${state.padEnd(8)}  ${name}@${version}  ${file}${detail}`);
  }
  const broken = reports.filter(({ state }) => state !== 'intact').length;
  printLine(
    terminal,
    broken === 0
      ? `${reports.length} files, all intact.`
      : `${broken} of ${reports.length} files are not intact.`,
  );
}
