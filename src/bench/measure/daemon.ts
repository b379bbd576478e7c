import type { BenchContext, RoundSamples, SampleOf } from '../context.js';
import { pinnedTo } from '../daemon/affinity.js';
import { runDaemon, type DaemonFigures } from '../daemon/run-daemon.js';
import { withLanes, type MeasuredLanes } from '../lanes/lanes.js';
import type { HashSetup } from '../lanes/protocol.js';
import { warmUp } from '../prepare/image-files.js';
import { modelsOf } from '../prepare/material.js';
import { MODEL_SETS, PRECISIONS, type Format, type ModelSetName, type Precision } from '../parts.js';
import { daemonRate } from '../statistics.js';
import { decodeAlone } from './decode.js';
import { inferAlone } from './networks.js';
import { measurePeer } from './peer.js';

/**
 * Measures the whole daemon, from the folder to durable results, and its parts alone on the same files, cores
 * and models, one right after the other: decode, SHA-256, each network, daemon, and another program if one is
 * named. Files are read once beforehand; otherwise the first program would read them from the disk, and the
 * others from memory.
 */
export async function measureDaemon(context: BenchContext): Promise<RoundSamples> {
  const { quick, allCores, cores } = context.plan;
  const formats = context.plan.formats.slice(0, quick ? 1 : undefined);
  const daemon: SampleOf<'daemon'>[] = [];
  const peer: SampleOf<'peer'>[] = [];
  for (const format of formats) {
    for (const precision of PRECISIONS) {
      const parts = await measureParts(context, format, precision);
      for (const models of quick ? (['alexnet'] as const) : MODEL_SETS) {
        const sample = await wholeBesideParts(context, { format, precision, models, cores: allCores }, parts);
        daemon.push(sample);
        if (models === 'alexnet') peer.push(...(await measurePeer(context, sample)));
      }
    }
  }
  const [first] = formats;
  for (const fewer of cores.filter((count) => count < allCores)) {
    if (first !== undefined) daemon.push(...(await wholeOnFewerCores(context, first, fewer)));
  }
  return { daemon, peer };
}

interface Parts {
  readonly decode: MeasuredLanes;
  /** SHA-256 of a block of a file's average size. */
  readonly hash: MeasuredLanes;
  /** Inference by network, per batch. */
  readonly inference: ReadonlyMap<string, MeasuredLanes>;
}

async function measureParts(context: BenchContext, format: Format, precision: Precision): Promise<Parts> {
  const { allCores, daemonBatch, quick } = context.plan;
  const images = context.material.images.get(format);
  if (images) await warmUp(images, context.signal);
  const decode = await decodeAlone(context, { format, decoder: 'smearwatch', cores: allCores });
  const hash = await hashAlone(context, images?.bytesPerFile ?? 0);
  const inference = new Map<string, MeasuredLanes>();
  for (const model of modelsOf(context.material, quick ? 'alexnet' : 'both', precision)) {
    const lane = { engine: 'onnxruntime', file: model.file, classes: model.classes } as const;
    inference.set(model.network, await inferAlone(context, lane, { threads: allCores, batch: daemonBatch }));
  }
  return { decode, hash, inference };
}

/** Hashes on all cores at once, in memory: the daemon hashes a file after it has read it for the decoder. */
function hashAlone({ plan, compiled, signal }: BenchContext, bytes: number): Promise<MeasuredLanes> {
  const setups = new Array<HashSetup>(plan.allCores).fill({ kind: 'hash', bytes });
  const workerFile = new URL('bench/lanes/worker.js', compiled);
  return withLanes(setups, { workerFile, signal }, (lanes) => lanes.measure(plan.seconds));
}

async function wholeBesideParts(
  context: BenchContext,
  of: SampleOf<'daemon'>['of'],
  { decode, hash, inference }: Parts,
): Promise<SampleOf<'daemon'>> {
  const { daemonBatch: batch } = context.plan;
  const models = modelsOf(context.material, of.models, of.precision);
  const measured = models.flatMap(({ network }) => inference.get(network) ?? []);
  const inferencePerSecond = batch / measured.reduce((sum, { perSecond }) => sum + 1 / perSecond, 0);
  const inferenceCpuMs = measured.reduce((sum, { cpuMs }) => sum + cpuMs / batch, 0);
  const idealPerSecond = 1 / (1 / decode.perSecond + 1 / inferencePerSecond);
  const whole = await runWhole(context, of);
  const { cpuMsPerImage, imagesPerSecond = NaN, steadyPerSecond } = whole;
  const steadily = steadyPerSecond === undefined ? '' : `, steadily ${steadyPerSecond.toFixed(1)}`;
  const share = (daemonRate(whole) ?? NaN) / idealPerSecond;
  context.say(
    `${nameOf(of)}: ${imagesPerSecond.toFixed(1)} images/s${steadily}, ${share.toFixed(3)} of the ideal`,
  );
  return {
    of,
    figures: {
      ...whole,
      decodePerSecond: decode.perSecond,
      hashPerSecond: hash.perSecond,
      inferencePerSecond,
      idealPerSecond,
      decodeCpuMsPerImage: decode.cpuMs,
      hashCpuMsPerImage: hash.cpuMs,
      inferenceCpuMsPerImage: inferenceCpuMs,
      ...(cpuMsPerImage !== undefined && {
        otherCpuMsPerImage: cpuMsPerImage - decode.cpuMs - hash.cpuMs - inferenceCpuMs,
      }),
    },
  };
}

/** Measures the daemon with fewer cores, as on smaller machines, for comparison with the scaling model. */
async function wholeOnFewerCores(
  context: BenchContext,
  format: Format,
  cores: number,
): Promise<SampleOf<'daemon'>[]> {
  if (pinnedTo(cores) === undefined) {
    context.skip('The daemon on fewer cores', 'taskset (util-linux) is needed to limit its cores');
    return [];
  }
  const samples: SampleOf<'daemon'>[] = [];
  for (const precision of PRECISIONS) {
    for (const models of MODEL_SETS) {
      const of = { format, models, precision, cores };
      const figures = await runWhole(context, of);
      context.say(`${nameOf(of)}: ${(figures.imagesPerSecond ?? NaN).toFixed(1)} images/s`);
      samples.push({ of, figures });
    }
  }
  return samples;
}

function nameOf({ format, models, precision, cores }: SampleOf<'daemon'>['of']): string {
  return `Daemon, ${format}, ${models === 'both' ? 'both networks' : 'AlexNet'} ${precision}, ${cores} cores`;
}

interface Whole {
  readonly format: Format;
  readonly models: ModelSetName;
  readonly precision: Precision;
  readonly cores: number;
}

function runWhole(
  context: BenchContext,
  { format, models, precision, cores }: Whole,
): Promise<DaemonFigures> {
  const images = context.material.images.get(format);
  if (images === undefined) throw new RangeError(`there are no ${format} files`);
  return runDaemon(context, {
    setup: { images: images.folder, models: modelsOf(context.material, models, precision) },
    files: images.files.length,
    cores,
  });
}
