/**
 * A model of how many images per second a machine classifies, from the cost of an image on one core. It is a
 * few lines of arithmetic on measured parts; docs/performance.md explains it.
 */

/** The measured cost of one image, and the capacity of a machine. */
export interface ImageCost {
  /** CPU time in a worker: reading, decoding, all networks and their surroundings, in milliseconds. */
  readonly workerMs: number;
  /** CPU time on the main thread, which handles one image at a time: ledger, delivery, telemetry. */
  readonly mainMs: number;
  /** Additional time for which the main thread waits until the ledger's commits are on the disk. */
  readonly commitMs: number;
  /** Bytes of weights that are read for a batch, divided by its images. */
  readonly bytesRead: number;
  /** Number of files that are made durable for the image: its result. */
  readonly filesSynced: number;
}

export interface MachineLimits {
  /** Bytes a second that one core reads from memory. */
  readonly coreBandwidth: number;
  /** Bytes a second that all cores together read, independently of their number. */
  readonly totalBandwidth: number;
  /** Number of files that the disk makes durable in a second. */
  readonly filesSyncedPerSecond: number;
}

export const LIMIT_NAMES = ['cores', 'main thread', 'memory bandwidth', 'disk'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

export interface ModelledThroughput {
  readonly cores: number;
  readonly imagesPerSecond: number;
  /** Name of the limit that applies. */
  readonly limit: LimitName;
  /** Images per second that each limit alone would allow. */
  readonly limits: Readonly<Record<LimitName, number>>;
}

/**
 * The smallest of these limits is the throughput of the machine:
 *
 * - **cores**: all work, the main thread's included, shared by all cores.
 * - **main thread**: its work alone, one image after the other, and its waits for the ledger's disk.
 * - **memory bandwidth**: every worker streams the weights from memory for each batch.
 * - **disk**: a result is durable when its file is.
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
  /** Hours of the day in which all images come. */
  readonly peakHours: number;
  /** Share of the machine that stays free: for rescans, other programs, a day with more images. */
  readonly headroom: number;
}

/** Images per second of which a machine must be capable, so that the headroom stays free. */
export function demandedRate({ imagesPerDay, peakHours, headroom }: Demand): number {
  return imagesPerDay / (peakHours * 3600) / (1 - headroom);
}

/** The smallest number of cores that reaches this number of images per second; undefined when none does. */
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

/** Memory of the daemon with a worker for each core. */
export function memoryOf(cores: number, { baseBytes, perWorkerBytes }: MemoryNeed): number {
  return baseBytes + cores * perWorkerBytes;
}
