import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SmearwatchError } from '../errors.js';
import { computer, softwareOf } from '../evaluate/run/environment.js';
import type { BenchContext, MeasurePart, RoundSamples } from './context.js';
import { findingsOf } from './findings.js';
import { measureBacklog } from './measure/backlog.js';
import { measureDaemon } from './measure/daemon.js';
import { measureDecode } from './measure/decode.js';
import { measureLatency } from './measure/latency.js';
import { measureMachine } from './measure/machine.js';
import { measureMemory } from './measure/memory.js';
import { measureNetworks } from './measure/networks.js';
import { planOf, type BenchOptions, type BenchPlan } from './options.js';
import type { BenchPart } from './parts.js';
import { prepareMaterial, type Material } from './prepare/material.js';
import { BENCH_VERSION, SECTIONS, type BenchReport } from './report/schema.js';
import { rowsOf, type StatisticsRow, type Sample } from './statistics.js';

export interface BenchRun {
  /** Ends the bench at the next moment at which nothing is left behind. */
  readonly signal: AbortSignal;
  /** Receives progress lines for the user. */
  readonly say?: (line: string) => void;
  /** The compiled program; tests, which run from the sources, pass `dist/`. */
  readonly compiled?: URL;
}

const MEASURES: Readonly<Record<BenchPart, MeasurePart>> = {
  decode: measureDecode,
  networks: measureNetworks,
  machine: measureMachine,
  daemon: measureDaemon,
  latency: measureLatency,
  memory: measureMemory,
  backlog: measureBacklog,
};

/**
 * Measures everything that is asked for, in several rounds. Other load on the machine affects all figures of
 * a round, and ratios are computed within a round.
 * @throws SmearwatchError `bench-…`, and the signal's reason when it is interrupted
 */
export async function runBench(
  options: BenchOptions,
  { signal, say = () => undefined, compiled = new URL('../', import.meta.url) }: BenchRun,
): Promise<BenchReport> {
  const startedAt = new Date();
  const plan = planOf(options);
  const folder = await workFolderIn(plan.workFolder);
  try {
    const material = await prepareMaterial(plan, { folder, compiled, signal, say });
    const rounds: RoundSamples[] = [];
    const skipped = new Map<string, string>();
    const common = { plan, material, folder, compiled, signal };
    for (let round = 0; round < plan.rounds; round += 1) {
      const context: BenchContext = {
        ...common,
        round,
        say: (line) => say(`[${round + 1}/${plan.rounds}] ${line}`),
        skip: (what, why) => void skipped.set(what, why),
      };
      for (const part of plan.parts) rounds.push(await MEASURES[part](context));
    }
    return reportOf(plan, material, { startedAt, rounds, skipped });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function workFolderIn(folder: string): Promise<string> {
  try {
    return await mkdtemp(join(folder, 'smearwatch-bench-'));
  } catch (error) {
    throw new SmearwatchError(
      'bench-folder-unusable',
      `${folder} cannot be used as the bench's folder: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

interface MeasuredRounds {
  readonly startedAt: Date;
  readonly rounds: readonly RoundSamples[];
  readonly skipped: ReadonlyMap<string, string>;
}

function reportOf(
  plan: BenchPlan,
  { images }: Material,
  { startedAt, rounds, skipped }: MeasuredRounds,
): BenchReport {
  const { quick, formats, daemonBatch: batch, kernels, decoder } = plan;
  const measured = {
    computer: computer(),
    settings: {
      quick,
      rounds: plan.rounds,
      images: plan.images,
      formats: [...formats],
      batch,
      kernels,
      decoder,
      generated: plan.dataFolder === undefined,
      bytesPerFile: Object.fromEntries(
        [...images].map(([format, { bytesPerFile }]) => [format, bytesPerFile]),
      ),
    },
    ...sectionsOf(rounds),
  };
  return {
    benchVersion: BENCH_VERSION,
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    software: softwareOf(['onnxruntime', 'tfjs-node']),
    ...measured,
    findings: findingsOf(measured),
    notMeasured: [...skipped].map(([what, why]) => ({ what, why })),
  };
}

/** The rows of each section, from the samples of all rounds. */
function sectionsOf(rounds: readonly RoundSamples[]): Pick<BenchReport, (typeof SECTIONS)[number]> {
  const entries = SECTIONS.map((section): [string, StatisticsRow<object, string>[]] => {
    const samples = rounds.flatMap((round): readonly Sample<object, string>[] => round[section] ?? []);
    return [section, rowsOf(samples)];
  });
  // A sample's type follows from its section, which `Object.fromEntries` cannot express.
  return Object.fromEntries(entries) as Pick<BenchReport, (typeof SECTIONS)[number]>;
}
