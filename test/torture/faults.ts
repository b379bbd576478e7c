import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FAULT_POINTS, type FaultPoint } from '../../src/faults.js';
import type { Poison } from '../../src/pool/worker/poison.js';
import type { Random } from '../../src/random.js';
import type { TestDaemon } from '../fixtures/daemon.js';
import { cutPower } from './power-cut.js';
import type { World } from './world.js';

export interface Round {
  readonly world: World;
  readonly random: Random;
  /** Images that arrive before the daemon starts, and as many while it runs. */
  readonly images: number;
}

/** Plays one round with a fault in it; no daemon runs afterwards. */
export interface Fault {
  readonly name: string;
  /** Part of a short run, too. */
  readonly isQuick: boolean;
  /** @returns whether the fault has struck */
  play(round: Round): Promise<boolean>;
}

/** Points of a short run: one of each kind. */
const QUICK: readonly FaultPoint[] = [
  ...(['settled-not-queued', 'claimed', 'recording', 'recorded', 'failed-not-recorded'] as const),
  ...([
    'json-written',
    'ndjson-half-written',
    'move-copied',
    'delivered-not-acknowledged',
    'swapped',
  ] as const),
];
/** A fault that was not reached by then is not reached any more. */
const STRIKES_WITHIN_MS = 30_000;
/** Long enough for most of a round's images. */
const LONGEST_RUN_MS = 1500;

export const FAULTS: readonly Fault[] = [
  { name: 'kill -9 at random', isQuick: true, play: (round) => killAtRandom(round, 'SIGKILL') },
  ...FAULT_POINTS.map(killAt),
  ...(['recording', 'json-written', 'claimed', 'ndjson-half-written', 'disposed'] as const).map(failAt),
  { name: 'SIGTERM', isQuick: false, play: (round) => killAtRandom(round, 'SIGTERM') },
  { name: 'SIGTERM twice', isQuick: false, play: (round) => killAtRandom(round, 'SIGTERM', 'SIGTERM') },
  { name: 'power, at random', isQuick: true, play: (round) => powerCut(round, undefined) },
  ...(['recording', 'recorded', 'queued', 'claimed', 'acknowledged', 'checkpointed'] as const).map(
    powerCutAt,
  ),
  ...(['exit', 'crash', 'memory', 'loop', 'native-loop', 'abort'] as const).map(poisoned),
  { name: 'process dies of decoding', isQuick: false, play: deadlyDecoding },
];

function killAt(point: FaultPoint): Fault {
  return {
    name: `kill -9 at ${point}`,
    isQuick: QUICK.includes(point),
    play: (round) => strike(round, `kill@${point}:${round.random.integer(1, passings(point))}`, point),
  };
}

/** Points that are passed once a run, others once an image or group. */
function passings(point: FaultPoint): number {
  if (/^(swap|checkpoint)/.test(point)) return 1;
  return /^(recording|preparing|prepared|json|disposed)/.test(point) ? 4 : 2;
}

/** Makes the daemon kill itself at the point, and does all that it needs to reach the point. */
async function strike({ world, images }: Round, fault: string, point: FaultPoint): Promise<boolean> {
  const name = `kill -9 at ${point}`;
  world.feed(images, name);
  const daemon = world.start(fault);
  await Promise.race([daemon.logged(({ event }) => event === 'ready'), daemon.exit()]);
  if (point.startsWith('swap')) world.swapModels();
  world.feed(images, name);
  return endsByItself(daemon);
}

async function endsByItself(daemon: TestDaemon): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(STRIKES_WITHIN_MS, false, { signal: timer.signal }).catch(() => false);
  const hasEnded = await Promise.race([daemon.exit().then(() => true), late]);
  timer.abort();
  daemon.signal('SIGKILL');
  await daemon.exit();
  return hasEnded;
}

/** Makes a write fail once, as on a full disk; the daemon continues, and is killed some time later. */
function failAt(point: FaultPoint): Fault {
  const name = `disk full at ${point}`;
  return {
    name,
    isQuick: false,
    async play({ world, random, images }) {
      world.feed(images, name);
      const daemon = world.start(`fail@${point}:${random.integer(1, 2)}`);
      // The fault's own words, in any line that reports the failure.
      const struck = daemon
        .logged((line) => JSON.stringify(line).includes(`(fault at ${point})`))
        .then(Boolean);
      const late = delay(LONGEST_RUN_MS * 4, false);
      await daemon.ready();
      world.feed(images, name);
      const hasStruck = await Promise.race([struck, late]);
      await delay(random.integer(0, LONGEST_RUN_MS));
      daemon.signal('SIGKILL');
      await daemon.exit();
      return hasStruck;
    },
  };
}

async function killAtRandom(
  { world, random, images }: Round,
  ...signals: NodeJS.Signals[]
): Promise<boolean> {
  const name =
    signals[0] === 'SIGKILL' ? 'kill -9 at random' : ['SIGTERM', 'SIGTERM twice'][signals.length - 1]!;
  world.feed(images, name);
  const daemon = world.start('');
  // Also while it starts, in some rounds.
  if (random.chance(0.8)) await Promise.race([daemon.ready(), daemon.exit()]);
  world.feed(images, name);
  await delay(random.integer(0, LONGEST_RUN_MS));
  for (const signal of signals) daemon.signal(signal);
  await daemon.exit();
  return true;
}

function powerCutAt(point: FaultPoint): Fault {
  return {
    name: `power, at ${point}`,
    isQuick: point === 'recorded',
    play: (round) => powerCut(round, point),
  };
}

/** Freezes the daemon, without a signal that it could handle, and damages its ledger as a power cut does. */
async function powerCut({ world, random, images }: Round, point: FaultPoint | undefined): Promise<boolean> {
  const name = point === undefined ? 'power, at random' : `power, at ${point}`;
  world.feed(images, name);
  const daemon = world.start(
    point === undefined ? '' : `stop@${point}:${random.integer(1, passings(point))}`,
  );
  const frozen = untilFrozen(daemon.pid);
  // It may freeze before it can say that it is ready.
  await Promise.race([daemon.ready(), frozen]);
  world.feed(images, name);
  if (point === undefined) {
    await delay(random.integer(0, LONGEST_RUN_MS));
    daemon.signal('SIGSTOP');
  }
  const isFrozen = await frozen;
  if (isFrozen) loseUnsynced(world, daemon.pid, random);
  daemon.signal('SIGKILL');
  await daemon.exit();
  if (isFrozen) adoptDamage(world);
  return isFrozen;
}

async function untilFrozen(pid: number): Promise<boolean> {
  for (const until = Date.now() + STRIKES_WITHIN_MS; Date.now() < until;) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return true;
    await delay(5);
  }
  return false;
}

/** @throws Error when a result that a sink has is not in what is left of the ledger */
function loseUnsynced(world: World, pid: number, random: Random): void {
  const damaged = damagedFolder(world);
  rmSync(damaged, { recursive: true, force: true });
  const delivered = world.documents();
  cpSync(world.stateFolder, damaged, { recursive: true });
  cutPower(damaged, pid, random);
  // Opening it moves the log into the database: what the daemon will open must stay as it is.
  const looked = `${damaged}-looked-at`;
  cpSync(damaged, looked, { recursive: true });
  const known = world.withLedger(
    (ledger) => new Set(ledger.browse.results({ limit: 1_000_000 }).map(({ record }) => record.image.sha256)),
    looked,
  );
  rmSync(looked, { recursive: true });
  const lost = [...delivered].filter(([, { image }]) => !known.has(image.sha256));
  if (lost.length > 0) {
    throw new Error(
      `the ledger lost ${lost.length} delivered results: ${lost.map(([name]) => name).join(', ')}`,
    );
  }
}

function adoptDamage(world: World): void {
  rmSync(world.stateFolder, { recursive: true });
  cpSync(damagedFolder(world), world.stateFolder, { recursive: true });
}

function damagedFolder({ folder }: World): string {
  return join(folder, 'after-the-power-cut');
}

/** Restarts until everything but the poisoned image has ended, as a service manager would. */
const RESTARTS = 12;

function poisoned(poison: Poison): Fault {
  const name = `image: ${poison}`;
  return {
    name,
    isQuick: poison === 'exit' || poison === 'abort',
    async play({ world, images }) {
      world.feed(images, name);
      world.feedPoison(poison, name);
      world.feed(images, name);
      return restartUntilDone(world, 'poison');
    },
  };
}

async function deadlyDecoding({ world, images }: Round): Promise<boolean> {
  const name = 'process dies of decoding';
  world.feed(images, name);
  world.feedNamed('deadly', name);
  world.feed(images, name);
  return restartUntilDone(world, 'abort@preparing=deadly');
}

async function restartUntilDone(world: World, faults: string): Promise<boolean> {
  for (let start = 0; start < RESTARTS; start += 1) {
    const code = await world.start(faults, '--once').exit();
    if (code === 0 || code === 3) return true;
    // All has ended, and a thread that native code holds was ended with the process.
    const { queued, running } = world.withLedger((ledger) => ledger.queue.counts());
    if (queued + running === 0) return true;
  }
  return false;
}
