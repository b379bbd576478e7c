import { resolve } from 'node:path';
import { FORMATS, NETWORKS, PRECISIONS, type NetworkName } from '../bench/parts.js';
import type { ScalingParts } from '../bench/scaling/parts.js';
import { EXIT } from '../errors.js';
import { defineCommand } from './command.js';
import { fraction, integer, jsonOption, usageError, wordsOf } from './options.js';
import { printJson } from './output.js';

export const planCommand = defineCommand({
  command: 'plan',
  describe: 'Estimate the cores and memory for a number of images a day, from measured figures.',
  options: {
    'images-per-day': integer(
      'images-per-day',
      { min: 1, max: 1_000_000_000 },
      { demandOption: true, describe: 'Images that all scanners together write in a day.' },
    ),
    'peak-hours': fraction(
      'peak-hours',
      { min: 0.1, max: 24 },
      { default: 24, describe: 'Hours of the day in which they come.' },
    ),
    headroom: fraction(
      'headroom',
      { min: 0, max: 0.9 },
      { default: 0.3, describe: 'Share of the machine that is left free.' },
    ),
    format: { choices: FORMATS, default: 'jpeg', describe: 'Format of the files, 960×1080 pixels.' },
    models: {
      type: 'string',
      requiresArg: true,
      default: 'alexnet,lenet5',
      describe: 'Networks that classify every image, separated by commas.',
    },
    precision: { choices: PRECISIONS, default: 'fp32', describe: 'Of the models.' },
    'memory-bandwidth': fraction(
      'memory-bandwidth',
      { min: 1, max: 10_000 },
      { default: 100, describe: 'GB/s that all cores of the machine together read from memory.' },
    ),
    bench: {
      type: 'string',
      requiresArg: true,
      describe:
        'bench.json of `smearwatch bench`; otherwise the figures that were recorded with this version.',
    },
    json: jsonOption,
  },
  examples: [
    ['plan --images-per-day 50000 --peak-hours 8', 'Cores and memory for a working day with 50,000 JPEGs.'],
    [
      'plan --images-per-day 1000000 --format png --precision int8 --bench bench/bench.json',
      'By what was measured on a computer like the one to buy.',
    ],
  ],
  epilogue:
    'The arithmetic is in docs/performance.md. Cores are those of the computer that was measured: others are faster or slower.',
  async run(values, { terminal }) {
    const networks = networksOf(values.models);
    const { planCapacity } = await import('../bench/scaling/plan.js');
    const parts = await partsFrom(values.bench);
    const options = {
      imagesPerDay: values['images-per-day'],
      peakHours: values['peak-hours'],
      totalBandwidth: 1e9 * values['memory-bandwidth'],
      headroom: values.headroom,
      format: values.format,
      precision: values.precision,
      networks,
    };
    const plan = planCapacity(parts, options);
    if (values.json) {
      printJson(terminal, { options, ...plan, measuredOn: parts.computer, measuredAt: parts.measuredAt });
    } else {
      const { printPlan } = await import('./plan/print-plan.js');
      printPlan(terminal, plan, { options, parts });
    }
    return EXIT.done;
  },
});

async function partsFrom(file: string | undefined): Promise<ScalingParts> {
  if (file === undefined) return (await import('../bench/reference.js')).readReference().parts;
  const { readReport } = await import('../bench/report/read-report.js');
  const { partsOf } = await import('../bench/scaling/parts-of-report.js');
  return partsOf(await readReport(resolve(file)));
}

function networksOf(text: string): NetworkName[] {
  const words = wordsOf('models', text);
  const unknown = words.find((word) => !NETWORKS.some((name) => name === word));
  if (unknown !== undefined)
    throw usageError(
      `--models ${text}: "${unknown}" was not measured`,
      `Choose from ${NETWORKS.join(', ')}.`,
    );
  return NETWORKS.filter((name) => words.includes(name));
}
