import { setTimeout as delay } from 'node:timers/promises';
import { planChanges, type Change } from './changes.js';
import type { Size } from './feed.js';
import { claimedToRecorded, compareLatency, settledToRecorded, type LatencyReport } from './latency.js';
import type { SwapModels } from './models.js';
import { Reference } from './reference.js';
import { judge, largestDifferences, readFiles, TOLERANCE, type Finding } from './verdict.js';
import { SwapWorld, type PlayedChange } from './world.js';

export interface SwapsOptions {
  /** Kept when something was found. */
  readonly folder: string;
  readonly models: SwapModels;
  readonly smears: readonly Buffer[];
  readonly size: Size;
  /** At full speed with the first models, before the first change. */
  readonly steadyMs: number;
  /** Changes at full speed, a third of them bad. */
  readonly swaps: number;
  /** Number of images to feed at full speed, at least. */
  readonly images: number;
  /** Images that wait all the time. */
  readonly backlog: number;
  /** Between two changes, so that there are images without one. */
  readonly pauseMs: number;
  /** A second run below full speed, for latency; without it, none is measured. */
  readonly trickle?: { readonly swaps: number; readonly pauseMs: number; readonly shareOfFullSpeed: number };
  readonly onChange?: (played: PlayedChange, images: number) => void;
}

export interface SwapsReport {
  readonly findings: readonly Finding[];
  readonly images: number;
  /** Throughput of the first models at full speed. */
  readonly imagesPerSecond: number;
  /** Share of images of which the versions of each model say different things. */
  readonly sharpness: number;
  /** Largest difference, by precision, of a result from that of the same model on an idle daemon. */
  readonly differences: Readonly<Record<string, number>>;
  readonly played: readonly PlayedChange[];
  readonly atFullSpeed: LatencyReport;
  readonly trickled?: LatencyReport & { readonly imagesPerSecond: number };
}

/** Changes models and configuration again and again while images flow, and compares in the end. */
export async function swapUnderLoad(options: SwapsOptions): Promise<SwapsReport> {
  const reference = await Reference.of(options.models.sets, options.smears);
  const world = new SwapWorld(options);
  try {
    return await play(world, reference, options);
  } finally {
    await world.close();
  }
}

async function play(world: SwapWorld, reference: Reference, options: SwapsOptions): Promise<SwapsReport> {
  const { daemon, feed } = world;
  const url = await daemon.ready();
  const imagesPerSecond = await playAtFullSpeed(world, options);
  const [images, changes] = [feed.fed.length, world.played.length];
  const trickledPerSecond = imagesPerSecond * (options.trickle?.shareOfFullSpeed ?? 0);
  if (options.trickle) await playBelow(world, trickledPerSecond, options);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const code = await daemon.stop();
  const files = readFiles(world.stateFolder);
  const findings = judge(world, files, { reference, metrics });
  if (code !== 0) findings.push({ kind: 'wrong', what: `the daemon ended with ${code}` });
  return {
    findings,
    images: feed.fed.length,
    imagesPerSecond,
    sharpness: reference.sharpness(10 * TOLERANCE),
    differences: largestDifferences(world, files, reference),
    played: world.played,
    atFullSpeed: compareLatency(files.slice(0, images), world.played.slice(0, changes), claimedToRecorded),
    ...(options.trickle && {
      trickled: {
        ...compareLatency(files.slice(images), world.played.slice(changes), settledToRecorded),
        imagesPerSecond: trickledPerSecond,
      },
    }),
  };
}

/** @returns images per second with the first models */
async function playAtFullSpeed(world: SwapWorld, options: SwapsOptions): Promise<number> {
  const stopFeeding = world.feedAlong((signal) =>
    world.feed.keepWaiting(options.backlog, () => world.ended(), signal),
  );
  const [startMs, before] = [performance.now(), await world.ended()];
  await delay(options.steadyMs);
  const perSecond = ((await world.ended()) - before) / ((performance.now() - startMs) / 1000);
  await playAll(world, planChanges(options.swaps, options.models), options);
  while (world.feed.fed.length < options.images) await delay(100);
  await stopFeeding();
  await world.workedOff();
  return perSecond;
}

async function playBelow(world: SwapWorld, perSecond: number, options: SwapsOptions): Promise<void> {
  const { swaps = 0, pauseMs = 0 } = options.trickle ?? {};
  // The two heaviest sets in turn.
  const sets = options.models.sets.slice(0, 2);
  const stopFeeding = world.feedAlong((signal) => world.feed.trickle(perSecond, signal));
  await delay(pauseMs);
  await playAll(world, planChanges(swaps, { ...options.models, sets }), { ...options, pauseMs });
  await stopFeeding();
  await world.workedOff();
}

async function playAll(world: SwapWorld, changes: readonly Change[], options: SwapsOptions): Promise<void> {
  for (const change of changes) {
    const played = await world.play(change);
    options.onChange?.(played, world.feed.fed.length);
    const { models } = await world.daemon.status();
    const serving = models.map(({ name, version }) => `${name}@${version}`).join(', ');
    if (serving !== world.set.use.join(', ')) {
      const answers = world.daemon.log.slice(-20).map((line) => JSON.stringify(line));
      throw new Error(`after ${change.name}, ${serving} serve:\n${answers.join('\n')}`);
    }
    await delay(options.pauseMs);
  }
}
