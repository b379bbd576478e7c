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
  /** What all cores of the machine to buy read from memory together, in bytes a second. */
  readonly totalBandwidth: number;
}

/** A machine with so many cores. */
export interface PlannedMachine extends ModelledThroughput {
  /** Of the daemon alone; undefined where memory was not measured. */
  readonly memoryBytes: number | undefined;
}

export interface CapacityPlan {
  /** Images per second that the machine must be able to do, with the headroom. */
  readonly demandedPerSecond: number;
  readonly cost: ImageCost;
  /** The smallest machine that does it; undefined when one alone never does. */
  readonly needed: PlannedMachine | undefined;
  /** How many machines it takes at least, each as large as is of use. */
  readonly machines: number;
  readonly table: readonly PlannedMachine[];
  /** The model beside what the daemon really did, on the computer of the bench. */
  readonly checks: readonly {
    readonly cores: number;
    readonly predicted: number;
    readonly measured: number;
  }[];
}

const TABLE_CORES = [1, 2, 4, 8, 16, 32, 64];
/** Beyond any computer that is sold: what bounds one here are not its cores. */
const MOST_CORES = 1024;
/** Where the disk was not measured, it is none of the limits. */
const UNKNOWN = Infinity;

/** Which machine classifies so many images a day. @throws SmearwatchError `plan-not-measured` */
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
