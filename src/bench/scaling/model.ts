/**
 * How many images per second a machine classifies, from what an image costs on one core. Everything here is a
 * few lines of arithmetic on measured parts; docs/performance.md explains them.
 */

/** What one image costs, measured, and what a machine has to give. */
export interface ImageCost {
  /** CPU time in a worker: reading, decoding, all networks and what is around them, in milliseconds. */
  readonly workerMs: number;
  /** CPU time on the main thread, which no two images can have at once: ledger, delivery, telemetry. */
  readonly mainMs: number;
  /** For which the main thread waits besides, until the ledger's commits are on the disk. */
  readonly commitMs: number;
  /** Weights that are read for a batch, divided by its images. */
  readonly bytesRead: number;
  /** Files that are made durable for it: its result. */
  readonly filesSynced: number;
}

export interface MachineLimits {
  /** What one core reads from memory, in bytes a second. */
  readonly coreBandwidth: number;
  /** What all cores together read, however many they are. */
  readonly totalBandwidth: number;
  /** Files that the disk makes durable in a second. */
  readonly filesSyncedPerSecond: number;
}

export const LIMIT_NAMES = ['cores', 'main thread', 'memory bandwidth', 'disk'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

export interface ModelledThroughput {
  readonly cores: number;
  readonly imagesPerSecond: number;
  /** Which of the limits it is. */
  readonly limit: LimitName;
  /** What each alone would allow. */
  readonly limits: Readonly<Record<LimitName, number>>;
}

/**
 * - **cores**: all work, the main thread's included, shared by all cores.
 * - **main thread**: its work alone, one image after the other, and its waits for the ledger's disk.
 * - **memory bandwidth**: every worker streams the weights from memory for each batch.
 * - **disk**: a result is durable when its file is.
 *
 * The smallest of them is what the machine does.
 */
export function throughputOf(cores: number, cost: ImageCost, machine: MachineLimits): ModelledThroughput {
  const bandwidth = Math.min(cores * machine.coreBandwidth, machine.totalBandwidth);
  const limits: Record<LimitName, number> = {
    cores: (1000 * cores) / (cost.workerMs + cost.mainMs),
    'main thread': 1000 / (cost.mainMs + cost.commitMs),
    'memory bandwidth': bandwidth / cost.bytesRead,
    disk: machine.filesSyncedPerSecond / cost.filesSynced,
  };
  const limit = LIMIT_NAMES.reduce((least, name) => (limits[name] < limits[least] ? name : least));
  return { cores, imagesPerSecond: limits[limit], limit, limits };
}

export interface Demand {
  readonly imagesPerDay: number;
  /** In so many hours of the day they all come. */
  readonly peakHours: number;
  /** Share of the machine that is left free: for rescans, other programs, a day with more images. */
  readonly headroom: number;
}

/** Images per second that a machine must be able to do, so that the headroom is left. */
export function demandedRate({ imagesPerDay, peakHours, headroom }: Demand): number {
  return imagesPerDay / (peakHours * 3600) / (1 - headroom);
}

/** The fewest cores that do so many images per second; undefined when no number of cores does. */
export function coresFor(
  imagesPerSecond: number,
  cost: ImageCost,
  machine: MachineLimits,
  mostCores = 1024,
): ModelledThroughput | undefined {
  for (let cores = 1; cores <= mostCores; cores += 1) {
    const found = throughputOf(cores, cost, machine);
    if (found.imagesPerSecond >= imagesPerSecond) return found;
  }
  return undefined;
}

export interface MemoryNeed {
  readonly baseBytes: number;
  readonly perWorkerBytes: number;
}

/** Of the daemon with a worker for each core. */
export function memoryOf(cores: number, { baseBytes, perWorkerBytes }: MemoryNeed): number {
  return baseBytes + cores * perWorkerBytes;
}
