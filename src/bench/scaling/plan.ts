import {
  coresFor,
  demandedRate,
  memoryOf,
  throughputOf,
  type Demand,
  type ImageCost,
  type ModelledThroughput,
} from './model.js';
import { costOf, type ScalingParts, type Workload } from './parts.js';

export interface PlanOptions extends Demand, Workload {
  /** Bytes a second that all cores of the machine to buy read from memory together. */
  readonly totalBandwidth: number;
}

/** A machine with this number of cores. */
export interface PlannedMachine extends ModelledThroughput {
  /** Memory of the daemon alone; undefined if memory was not measured. */
  readonly memoryBytes: number | undefined;
}

export interface CapacityPlan {
  /** Images per second of which the machine must be capable, with the headroom. */
  readonly demandedPerSecond: number;
  readonly cost: ImageCost;
  /** The smallest sufficient machine; undefined when one alone is never sufficient. */
  readonly needed: PlannedMachine | undefined;
  /** The smallest number of machines, each as large as is useful. */
  readonly machines: number;
  readonly table: readonly PlannedMachine[];
  /** The model compared with the measured daemon, on the computer of the bench. */
  readonly checks: readonly {
    readonly cores: number;
    readonly predicted: number;
    readonly measured: number;
  }[];
}

const TABLE_CORES = [1, 2, 4, 8, 16, 32, 64];
/** More cores than any computer on sale has: beyond this number, something else limits the throughput. */
const MOST_CORES = 1024;
/** A disk that was not measured limits nothing. */
const UNKNOWN = Infinity;

/**
 * Plans the machine that classifies this number of images a day. @throws SmearwatchError `plan-not-measured`
 */
export function planCapacity(parts: ScalingParts, options: PlanOptions): CapacityPlan {
  const cost = costOf(parts, options);
  const machine = {
    coreBandwidth: parts.coreBandwidth ?? UNKNOWN,
    totalBandwidth: options.totalBandwidth,
    filesSyncedPerSecond: parts.filesSyncedPerSecond ?? UNKNOWN,
  };
  const need = parts.memory[options.precision];
  const withMemory = (found: ModelledThroughput): PlannedMachine => ({
    ...found,
    memoryBytes: need && memoryOf(found.cores, need),
  });
  const at = (cores: number): ModelledThroughput => throughputOf(cores, cost, machine);
  const demandedPerSecond = demandedRate(options);
  const needed = coresFor(demandedPerSecond, cost, machine, MOST_CORES);
  return {
    demandedPerSecond,
    cost,
    needed: needed && withMemory(needed),
    machines: Math.ceil(demandedPerSecond / at(MOST_CORES).imagesPerSecond),
    table: TABLE_CORES.map((cores) => withMemory(at(cores))),
    checks: parts.measured
      .filter((each) => isSameWork(each, options))
      .map(({ cores, imagesPerSecond }) => ({
        cores,
        predicted: at(cores).imagesPerSecond,
        measured: imagesPerSecond,
      }))
      .sort((a, b) => a.cores - b.cores),
  };
}

function isSameWork(
  { format, models, precision }: ScalingParts['measured'][number],
  workload: Workload,
): boolean {
  const networks = models === 'both' ? 2 : 1;
  return (
    format === workload.format &&
    precision === workload.precision &&
    networks === workload.networks.length &&
    workload.networks.includes('alexnet')
  );
}
