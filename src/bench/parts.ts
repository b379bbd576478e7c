/**
 * The parts of a bench and the formats and models that it measures. The module is small because the command
 * line loads it.
 */

/** Parts of a bench, in the order in which each round measures them. */
export const PARTS = ['decode', 'networks', 'machine', 'daemon', 'latency', 'memory', 'backlog'] as const;
export type BenchPart = (typeof PARTS)[number];

export const FORMATS = ['jpeg', 'png', 'tiff'] as const;
export type Format = (typeof FORMATS)[number];

export const PRECISIONS = ['fp32', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** AlexNet alone, or both networks on every image. */
export const MODEL_SETS = ['alexnet', 'both'] as const;
export type ModelSetName = (typeof MODEL_SETS)[number];

export const NETWORKS = ['alexnet', 'lenet5'] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** Networks of each set; the first one decides. */
export const NETWORKS_OF_SET: Readonly<Record<ModelSetName, readonly NetworkName[]>> = {
  alexnet: ['alexnet'],
  both: ['alexnet', 'lenet5'],
};

/** Files that wait in the measurement of a backlog. */
export const BACKLOG_FILES = 100_000;
