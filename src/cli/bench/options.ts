import type { InferredOptionTypes, Options } from 'yargs';
import type { BenchOptions } from '../../bench/options.js';
import { BACKLOG_FILES, FORMATS, PARTS, type Format, type BenchPart } from '../../bench/parts.js';
import { KERNEL_CHOICES } from '../../engine.js';
import { DECODER_CHOICES } from '../../images.js';
import { fraction, integer, jsonOption, usageError, wordsOf } from '../options.js';
import { registryOptions } from '../registry.js';

export const benchOptions = {
  quick: {
    type: 'boolean',
    default: false,
    describe: 'In under two minutes: AlexNet only, all cores, one batch size, two rounds.',
  },
  only: {
    type: 'string',
    requiresArg: true,
    describe: `Parts, separated by commas: ${PARTS.join(', ')}. Otherwise all; with --quick decode, networks and daemon.`,
  },
  images: integer(
    'images',
    { min: 1, max: 1_000_000 },
    { describe: 'Files of each format; otherwise 2000.' },
  ),
  formats: {
    type: 'string',
    requiresArg: true,
    describe: 'jpeg, png, tiff, separated by commas; otherwise all three.',
  },
  rounds: integer('rounds', { min: 1, max: 100 }, { describe: 'Repetitions of everything; otherwise 3.' }),
  batches: {
    type: 'string',
    requiresArg: true,
    describe: 'Batch sizes of networks alone, separated by commas; otherwise 1,4,8,16,32,64.',
  },
  cores: {
    type: 'string',
    requiresArg: true,
    describe: 'Numbers of cores, separated by commas; otherwise powers of two, and all.',
  },
  seconds: fraction(
    'seconds',
    { min: 0.1, max: 600 },
    { describe: 'Time for each figure of decoding or a network alone; otherwise 2.' },
  ),
  backlog: integer(
    'backlog',
    { min: 100, max: 10_000_000 },
    { default: BACKLOG_FILES, describe: 'Files that wait, in the part of that name.' },
  ),
  data: {
    type: 'string',
    requiresArg: true,
    describe: 'Folder of images instead of smears that are drawn; its subfolders count.',
  },
  registry: registryOptions.registry,
  folder: {
    type: 'string',
    requiresArg: true,
    describe:
      "Folder for the images, ledger and results of the measurement, on the daemon's disk; otherwise the system's temporary folder.",
  },
  peer: {
    type: 'string',
    requiresArg: true,
    describe:
      'Command line of another program to compare with: {model}, {glob} and {processes} are filled in; it prints images per second.',
  },
  kernels: { choices: KERNEL_CHOICES, describe: 'As pool.kernels of the configuration; otherwise auto.' },
  decoder: {
    choices: DECODER_CHOICES,
    describe: 'As pipeline.decoder of the configuration; otherwise auto.',
  },
  out: { type: 'string', requiresArg: true, describe: 'Folder for bench.json and the plots.' },
  json: jsonOption,
} as const satisfies Readonly<Record<string, Options>>;

export type BenchValues = InferredOptionTypes<typeof benchOptions>;

/** Converts the command line's values to options. @throws SmearwatchError `usage` for an unknown choice */
export function toBenchOptions(values: BenchValues): BenchOptions {
  const { quick, images, rounds, seconds, backlog, data, registry, folder, peer, kernels, decoder } = values;
  const parts = values.only === undefined ? undefined : choicesOf<BenchPart>('only', values.only, PARTS);
  const formats =
    values.formats === undefined ? undefined : choicesOf<Format>('formats', values.formats, FORMATS);
  return {
    quick,
    backlog,
    dataFolder: data,
    registryFolder: registry,
    workFolder: folder,
    peer,
    ...(parts && { parts }),
    ...(formats && { formats }),
    ...(kernels && { kernels }),
    ...(decoder && { decoder }),
    ...(images !== undefined && { images }),
    ...(rounds !== undefined && { rounds }),
    ...(seconds !== undefined && { seconds }),
    ...(values.batches !== undefined && { batches: numbersOf('batches', values.batches) }),
    ...(values.cores !== undefined && { cores: numbersOf('cores', values.cores) }),
  };
}

function choicesOf<T extends string>(name: string, text: string, choices: readonly T[]): T[] {
  return wordsOf(name, text).map((word) => {
    const choice = choices.find((each) => each === word);
    if (choice !== undefined) return choice;
    throw usageError(`--${name} "${text}": there is no "${word}"`, `Choose from ${choices.join(', ')}.`);
  });
}

function numbersOf(name: string, text: string): number[] {
  return wordsOf(name, text).map((word) => {
    if (/^[1-9][0-9]{0,8}$/.test(word)) return Number(word);
    throw usageError(
      `--${name} "${text}": "${word}" is not a whole number above zero`,
      `For instance --${name} 1,2,4.`,
    );
  });
}
