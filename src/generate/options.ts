import { availableCores } from '../available-cores.js';
import { SmearwatchError } from '../errors.js';
import { CELL_CLASSES, SCANNER_SIZE, type CellClass } from '../images.js';
import { PAPER_PROPORTIONS, type Proportions } from './class-order.js';
import { checkClass, checkInteger, MAX_SIDE, MIN_SIDE } from './smear.js';
import { SMEAR_FORMATS, type SmearFormat } from './task.js';

export interface GenerateOptions {
  readonly outDir: string;
  readonly count: number;
  /** Seed of the series. Default 1. */
  readonly seed?: number;
  /** Index of the first image, so that a later run can continue an earlier one. Default 0. */
  readonly firstIndex?: number;
  /** Format of the files. Default png. */
  readonly format?: SmearFormat;
  /** Draw only these classes, keeping their weights in `proportions`. Default all. */
  readonly classes?: readonly CellClass[];
  /** Whole-number weights of the classes. Default the paper's 1500 : 1500 : 1000. */
  readonly proportions?: Proportions;
  /** Width and height in pixels. Default 960 × 1080. */
  readonly width?: number;
  readonly height?: number;
  /** A folder per class, or all images in one folder. Default `class-folders`. */
  readonly layout?: 'class-folders' | 'flat';
  /** Number of drawing threads. Default one per core. */
  readonly workers?: number;
  /** Stops after the images already begun; written files are complete. */
  readonly signal?: AbortSignal;
  /**
   * Awaited before each image is begun, to feed a watched folder at any rate. May reject when `signal` fires.
   */
  readonly pace?: (index: number) => Promise<void>;
  /**
   * Module of the worker. Default the compiled one in this file's folder; tests, which run from the sources,
   * name the one in `dist/`.
   */
  readonly workerUrl?: URL;
}

/** The checked options with their defaults. */
export interface GeneratePlan {
  readonly outDir: string;
  readonly count: number;
  readonly seed: number;
  readonly firstIndex: number;
  readonly format: SmearFormat;
  readonly proportions: Proportions;
  readonly width: number;
  readonly height: number;
  readonly isFlat: boolean;
  readonly workers: number;
  readonly workerUrl: URL;
}

const MAX_WEIGHT = 10_000;

/**
 * Checks the options and fills in defaults.
 * @throws SmearwatchError `generate-option` that names the option and its allowed values
 */
export function planOf(options: GenerateOptions): GeneratePlan {
  const { outDir, count, seed = 1, firstIndex = 0, format = 'png', layout = 'class-folders' } = options;
  const { width = SCANNER_SIZE.width, height = SCANNER_SIZE.height, workers = availableCores() } = options;
  const { workerUrl = new URL('./worker.js', import.meta.url) } = options;
  if (outDir === '') throw badOption('outDir', '""', 'Name a folder to write to.');
  checkInteger('count', count, 1, 100_000_000);
  checkInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('firstIndex', firstIndex, 0, Number.MAX_SAFE_INTEGER - count);
  checkInteger('width', width, MIN_SIDE, MAX_SIDE);
  checkInteger('height', height, MIN_SIDE, MAX_SIDE);
  checkInteger('workers', workers, 1, 1024);
  checkChoice('format', format, SMEAR_FORMATS);
  checkChoice('layout', layout, ['class-folders', 'flat']);
  const proportions = proportionsOf(options);
  const isFlat = layout === 'flat';
  return { outDir, count, seed, firstIndex, format, proportions, width, height, isFlat, workers, workerUrl };
}

function proportionsOf({ classes, proportions = PAPER_PROPORTIONS }: GenerateOptions): Proportions {
  for (const cellClass of [...(classes ?? []), ...Object.keys(proportions)]) checkClass(cellClass);
  const wanted = CELL_CLASSES.filter((cellClass) => classes?.includes(cellClass) ?? true);
  const kept = wanted.map((cellClass) => [cellClass, proportions[cellClass] ?? 0] as const);
  for (const [cellClass, weight] of kept) checkInteger(`proportions.${cellClass}`, weight, 0, MAX_WEIGHT);
  if (kept.every(([, weight]) => weight === 0)) {
    throw badOption(
      'proportions',
      'all zero',
      'Give at least one of the wanted classes a weight above zero.',
    );
  }
  return Object.fromEntries(kept);
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) throw badOption(name, `"${value}"`, `Choose from ${choices.join(', ')}.`);
}

function badOption(name: string, value: string, hint: string): SmearwatchError {
  return new SmearwatchError('generate-option', `The generator's option "${name}" is ${value}.`, { hint });
}
