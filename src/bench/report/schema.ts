import { z } from 'zod';
import { ENGINE_NAMES, KERNEL_CHOICES } from '../../engine.js';
import { DECODER_CHOICES } from '../../images.js';
import { FORMATS, MODEL_SETS, PRECISIONS } from '../parts.js';

/**
 * Version of `bench.json`, the measurements of a run of `smearwatch bench`, for programs, for `smearwatch
 * plan` and for the guard. A figure that could not be measured is missing, and `notMeasured` says why.
 */
export const BENCH_VERSION = 2;

const count = z.int().min(0);
const format = z.enum(FORMATS);
const precision = z.enum(PRECISIONS);
const models = z.enum(MODEL_SETS);

/** Figures of one measurement, one per round. */
const spread = z.strictObject({
  median: z.number(),
  low: z.number(),
  high: z.number(),
  rounds: z.array(z.number()),
});

/** A row: `of` says what was measured; each figure may be missing. */
const row = <const Of extends z.ZodRawShape, const Figure extends string>(
  of: Of,
  figures: readonly Figure[],
) => z.strictObject({ of: z.strictObject(of), figures: z.partialRecord(z.enum(figures), spread) });

const decodeRow = row({ format, decoder: z.enum(['smearwatch', 'sharp']), cores: count }, [
  'imagesPerSecond',
  'cpuMsPerImage',
]);
const networkRow = row(
  {
    network: z.enum(['alexnet', 'alexnet-ungrouped', 'lenet5']),
    precision,
    engine: z.enum(ENGINE_NAMES),
    /** Number of simultaneous sessions, each on its own thread. */
    threads: count,
    batch: count,
  },
  ['imagesPerSecond', 'cpuMsPerImage'],
);
const matrixRow = row({ side: count, threads: count }, ['gigaflops']);
const bandwidthRow = row({ threads: count }, ['gigabytesPerSecond']);
const hashingRow = row({ threads: count }, ['gigabytesPerSecond']);
const diskRow = row({ writers: count }, ['filesPerSecond']);
const daemonRow = row({ format, models, precision, cores: count }, [
  'imagesPerSecond',
  'steadyPerSecond',
  'decodePerSecond',
  'hashPerSecond',
  'inferencePerSecond',
  'idealPerSecond',
  'cpuMsPerImage',
  'mainCpuMsPerImage',
  'commitMsPerImage',
  'decodeCpuMsPerImage',
  'hashCpuMsPerImage',
  'inferenceCpuMsPerImage',
  'otherCpuMsPerImage',
  'peakBytes',
  'readySeconds',
  'firstResultSeconds',
]);
const peerRow = row({ format, precision }, ['imagesPerSecond', 'smearwatchPerSecond']);
const latencyRow = row({ format, models, precision }, ['bareMs', 'medianMs', 'p99Ms', 'worstMs']);
const memoryRow = row({ models, precision, workers: count }, ['peakBytes']);
const backlogRow = row({ files: count }, [
  'peakBytes',
  'mainBytes',
  'firstResultSeconds',
  'allQueuedSeconds',
  'imagesPerSecond',
  'rescanCpuSeconds',
]);

/** A requested figure with its target. */
const finding = z.strictObject({
  id: z.string(),
  title: z.string(),
  value: spread,
  unit: z.enum(['ratio', 'milliseconds', 'bytes', 'seconds']),
  target: z.strictObject({ kind: z.enum(['min', 'max']), limit: z.number() }).optional(),
  met: z.boolean().optional(),
});

export const computerSchema = z.strictObject({
  processor: z.string(),
  cores: count,
  memoryBytes: count,
});

export const benchSchema = z.strictObject({
  benchVersion: z.literal(BENCH_VERSION),
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  computer: computerSchema,
  software: z.record(z.string(), z.string()),
  settings: z.strictObject({
    quick: z.boolean(),
    rounds: count,
    images: count,
    generated: z.boolean(),
    formats: z.array(format),
    /** The daemon's batch size. */
    batch: count,
    kernels: z.enum(KERNEL_CHOICES).default('auto'),
    decoder: z.enum(DECODER_CHOICES).default('auto'),
    /** Mean size of a file, in bytes. */
    bytesPerFile: z.partialRecord(format, z.number()),
  }),
  decode: z.array(decodeRow),
  networks: z.array(networkRow),
  matrixProduct: z.array(matrixRow),
  bandwidth: z.array(bandwidthRow),
  hashing: z.array(hashingRow),
  disk: z.array(diskRow),
  daemon: z.array(daemonRow),
  peer: z.array(peerRow),
  latency: z.array(latencyRow),
  memory: z.array(memoryRow),
  backlog: z.array(backlogRow),
  findings: z.array(finding),
  notMeasured: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});

export type BenchReport = z.output<typeof benchSchema>;
export type Spread = z.output<typeof spread>;
export type Finding = z.output<typeof finding>;
export type Computer = z.output<typeof computerSchema>;

/** The measured parts of a report: each is a list of rows. */
export const SECTIONS = [
  'decode',
  'networks',
  'matrixProduct',
  'bandwidth',
  'hashing',
  'disk',
  'daemon',
  'peer',
  'latency',
  'memory',
  'backlog',
] as const satisfies readonly (keyof BenchReport)[];
export type BenchSection = (typeof SECTIONS)[number];
export type RowOf<S extends BenchSection> = BenchReport[S][number];
