import { tmpdir } from 'node:os';
import { availableCores } from '../available-cores.js';
import { configSchema } from '../config/schema.js';
import type { KernelChoice } from '../engine.js';
import { SmearwatchError } from '../errors.js';
import type { DecoderChoice } from '../images.js';
import { BACKLOG_FILES, FORMATS, PARTS, type Format, type BenchPart } from './parts.js';

export interface BenchOptions {
  /**
   * A smaller bench of less than two minutes: for tests and for CI's guard, which compares ratios of such
   * runs.
   */
  readonly quick?: boolean;
  readonly parts?: readonly BenchPart[];
  readonly formats?: readonly Format[];
  /** Files of each format that the daemon classifies in one run. */
  readonly images?: number;
  readonly rounds?: number;
  readonly batches?: readonly number[];
  /**
   * Numbers of cores. The daemon is measured with its parts on all of them, and alone on each smaller number.
   */
  readonly cores?: readonly number[];
  /** Least time for one figure of decode or networks alone. */
  readonly seconds?: number;
  /** Files that wait in the measurement of a backlog. */
  readonly backlog?: number;
  /** Images in each round that come one after the other. */
  readonly latencyImages?: number;
  /** Images instead of generated smears. */
  readonly dataFolder?: string | undefined;
  /**
   * Registry with fp32 and, if it has them, int8 versions. Without it, the one that ships, from which int8
   * versions are made.
   */
  readonly registryFolder?: string | undefined;
  /**
   * Folder for files, ledger and results during the bench. Default the system's folder for temporary files.
   */
  readonly workFolder?: string | undefined;
  /** Another program's command line, see `measure/peer.ts`. */
  readonly peer?: string | undefined;
  /** Values of `pool.kernels` and `pipeline.decoder`. */
  readonly kernels?: KernelChoice;
  readonly decoder?: DecoderChoice;
}

/** The checked options with their defaults. */
export interface BenchPlan {
  readonly quick: boolean;
  readonly parts: readonly BenchPart[];
  readonly formats: readonly Format[];
  readonly images: number;
  readonly rounds: number;
  readonly batches: readonly number[];
  readonly seconds: number;
  readonly backlog: number;
  readonly dataFolder: string | undefined;
  readonly registryFolder: string | undefined;
  readonly workFolder: string;
  readonly peer: string | undefined;
  readonly kernels: KernelChoice;
  readonly decoder: DecoderChoice;
  /** Numbers of cores that are measured, ascending. */
  readonly cores: readonly number[];
  readonly allCores: number;
  /** The daemon's batch size, unless it is configured otherwise. */
  readonly daemonBatch: number;
  /**
   * Distinct smears that are drawn for each format; the other files are copies with another comment in them.
   */
  readonly drawn: number;
  /** Images in each round that come one after the other. */
  readonly latencyImages: number;
}

const FULL = { images: 2000, rounds: 3, seconds: 2, drawn: 96, latencyImages: 100 } as const;
/** Sizes of a quick bench: enough images that each of two workers has some batches. */
const QUICK = { images: 512, rounds: 2, seconds: 0.7, drawn: 16, latencyImages: 20 } as const;
const BATCHES = [1, 4, 8, 16, 32, 64];

/**
 * Checks the options and fills in defaults.
 * @throws SmearwatchError `bench-option`
 */
export function planOf(options: BenchOptions): BenchPlan {
  const { quick = false, dataFolder, registryFolder, peer, kernels = 'auto', decoder = 'auto' } = options;
  const preset = quick ? QUICK : FULL;
  const allCores = availableCores();
  const { batchSize } = configSchema.shape.pipeline.parse(undefined);
  const batches = options.batches ?? (quick ? [batchSize] : [...BATCHES, batchSize]);
  return {
    quick,
    parts: inOrder(PARTS, options.parts ?? (quick ? ['decode', 'networks', 'daemon'] : PARTS)),
    formats: inOrder(FORMATS, options.formats ?? (quick ? ['jpeg', 'png'] : FORMATS)),
    images: positive('images', options.images ?? preset.images),
    rounds: positive('rounds', options.rounds ?? preset.rounds),
    batches: [...new Set(batches.map((batch) => positive('batches', batch)))].sort((a, b) => a - b),
    seconds: options.seconds ?? preset.seconds,
    backlog: positive('backlog', options.backlog ?? BACKLOG_FILES),
    dataFolder,
    registryFolder,
    peer,
    kernels,
    decoder,
    workFolder: options.workFolder ?? tmpdir(),
    cores: coresOf(options.cores ?? (quick ? [allCores] : powersUpTo(allCores)), allCores),
    allCores,
    daemonBatch: batchSize,
    drawn: preset.drawn,
    latencyImages: options.latencyImages ?? preset.latencyImages,
  };
}

function inOrder<T>(all: readonly T[], wanted: readonly T[]): T[] {
  return all.filter((each) => wanted.includes(each));
}

function coresOf(wanted: readonly number[], allCores: number): number[] {
  const cores = [...new Set(wanted.map((count) => positive('cores', count)))].sort((a, b) => a - b);
  const most = cores.at(-1);
  if (most === undefined || most <= allCores) return cores;
  throw new SmearwatchError(
    'bench-option',
    `The bench's option "cores" asks for ${most}; this computer has ${allCores}`,
    { hint: `Give numbers from 1 to ${allCores}.` },
  );
}

function powersUpTo(cores: number): number[] {
  const powers: number[] = [];
  for (let count = 1; count < cores; count *= 2) powers.push(count);
  return [...powers, cores];
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new SmearwatchError('bench-option', `The bench's option "${name}" is ${value}`);
}
