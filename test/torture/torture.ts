import { Random } from '../../src/random.js';
import type { Fault } from './faults.js';
import { judge, type Finding } from './verdict.js';
import { World } from './world.js';

export interface TortureOptions {
  readonly faults: readonly Fault[];
  readonly rounds: number;
  /** Images that arrive in each round. */
  readonly images: number;
  readonly seed: number;
  readonly onRound?: (round: RoundReport) => void;
}

export interface RoundReport {
  readonly round: number;
  readonly fault: string;
  readonly hasStruck: boolean;
  readonly seconds: number;
}

export interface FaultReport {
  readonly fault: string;
  readonly tried: number;
  readonly struck: number;
  readonly images: number;
  readonly lost: number;
  readonly doubled: number;
}

export interface TortureReport {
  readonly table: readonly FaultReport[];
  readonly findings: readonly Finding[];
  readonly images: number;
  readonly repeatedLines: number;
  /** Kept when something was found. */
  readonly folder: string;
}

/** Plays the faults round after round upon one ledger, lets a last run finish in peace, and compares. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const world = await World.create();
  const played: RoundReport[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const report = await play(world, round, options);
    played.push(report);
    options.onRound?.(report);
  }
  await finish(world);
  const { findings, repeatedLines } = judge(world);
  const table = options.faults.map(({ name }) => reportOf(name, { world, played, findings }));
  if (findings.length === 0) world.remove();
  return { table, findings, images: world.fed.length, repeatedLines, folder: world.folder };
}

async function play(world: World, round: number, options: TortureOptions): Promise<RoundReport> {
  const start = performance.now();
  // Each in turn, so that a short run has them all.
  const fault = options.faults[round % options.faults.length];
  if (!fault) throw new RangeError('there are no faults to play');
  const random = new Random(options.seed, 'torture', round);
  const images = Math.ceil(options.images / 2);
  const hasStruck = await fault.play({ world, random, images });
  return { round, fault: fault.name, hasStruck, seconds: (performance.now() - start) / 1000 };
}

/** @throws Error when the daemon cannot finish what is left */
async function finish(world: World): Promise<void> {
  // One more image for every scanner: a half line is dropped by the next delivery, and there must be one.
  world.feed(3, 'the last run');
  const daemon = world.start('', '--once');
  const code = await daemon.exit();
  if (code !== 0 && code !== 3) throw new Error(`the last run ended with ${code}: ${daemon.stderr}`);
}

function reportOf(
  fault: string,
  { world, played, findings }: { world: World; played: readonly RoundReport[]; findings: readonly Finding[] },
): FaultReport {
  const rounds = played.filter((report) => report.fault === fault);
  const found = (kind: Finding['kind']): number =>
    findings.filter((finding) => finding.fault === fault && finding.kind === kind).length;
  return {
    fault,
    tried: rounds.length,
    struck: rounds.filter(({ hasStruck }) => hasStruck).length,
    images: world.fed.filter((fed) => fed.fault === fault).length,
    lost: found('lost'),
    doubled: found('doubled'),
  };
}
