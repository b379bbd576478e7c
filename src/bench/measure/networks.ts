import type { EngineName } from '../../engine.js';
import { CELL_CLASSES } from '../../images.js';
import { findTensorflow } from '../../model/tensorflow/paths.js';
import type { BenchContext, RoundSamples, SampleOf } from '../context.js';
import { withLanes, type Lanes, type MeasuredLanes } from '../lanes/lanes.js';
import type { LaneModel, LaneSetup } from '../lanes/protocol.js';
import { measureMatrixProduct } from './matrix-product.js';

interface NetworkFile {
  readonly network: SampleOf<'networks'>['of']['network'];
  readonly precision: SampleOf<'networks'>['of']['precision'];
  readonly engine: EngineName;
  readonly file: string;
  readonly classes: number;
}

/**
 * Measures each network alone, in batches from memory, with a session on each thread; before them the
 * machine's own peak. TensorFlow's sessions have one thread each as well, which the program sets when it
 * starts (`smearwatch.cts`).
 */
export async function measureNetworks(context: BenchContext): Promise<RoundSamples> {
  const matrixProduct = await measureMatrixProduct(context);
  const networks: SampleOf<'networks'>[] = [];
  for (const subject of subjectsOf(context)) {
    for (const threads of context.plan.cores) {
      networks.push(...(await sweepBatches(context, subject, threads)));
    }
  }
  return { matrixProduct, networks };
}

/** Runs one model at one batch size, on `threads` threads. */
export function inferAlone(
  context: BenchContext,
  model: LaneModel,
  { threads, batch }: { threads: number; batch: number },
): Promise<MeasuredLanes> {
  return withSessions(context, model, threads, (lanes) => lanes.measure(context.plan.seconds, batch));
}

function subjectsOf({ material, skip, plan }: BenchContext): NetworkFile[] {
  const served = material.models
    .filter(({ network }) => !plan.quick || network === 'alexnet')
    .map((model): NetworkFile => ({ ...model, engine: 'onnxruntime' }));
  const fp32 = served.find(({ network, precision }) => network === 'alexnet' && precision === 'fp32');
  const onnxruntime: NetworkFile = {
    network: 'alexnet-ungrouped',
    precision: 'fp32',
    engine: 'onnxruntime',
    file: material.ungrouped ?? '',
    classes: CELL_CLASSES.length,
  };
  const beside: NetworkFile = { ...onnxruntime, engine: 'tfjs-node' };
  if (findTensorflow() === undefined) {
    skip('AlexNet with tfjs-node', 'TensorFlow is not installed (npm run tensorflow)');
    return [...served, onnxruntime];
  }
  // Compared figures are measured right after each other, under the same load of the machine.
  const all = [...served, onnxruntime, beside];
  return plan.quick || fp32 === undefined ? all : [...all, { ...fp32, engine: 'tfjs-node' }];
}

async function sweepBatches(
  context: BenchContext,
  subject: NetworkFile,
  threads: number,
): Promise<SampleOf<'networks'>[]> {
  const { plan, say } = context;
  const { network, precision, engine } = subject;
  return withSessions(context, subject, threads, async (lanes) => {
    const samples: SampleOf<'networks'>[] = [];
    for (const batch of plan.batches) {
      const { perSecond, cpuMs } = await lanes.measure(plan.seconds, batch);
      const imagesPerSecond = perSecond * batch;
      say(
        `${network} ${precision} by ${engine}, ${threads} threads, batches of ${batch}: ${imagesPerSecond.toFixed(1)} images/s`,
      );
      samples.push({
        of: { network, precision, engine, threads, batch },
        figures: { imagesPerSecond, cpuMsPerImage: cpuMs / batch },
      });
    }
    return samples;
  });
}

function withSessions<T>(
  { material, compiled, signal, plan: { kernels } }: BenchContext,
  { engine, file, classes }: LaneModel,
  threads: number,
  use: (lanes: Lanes) => Promise<T>,
): Promise<T> {
  const setup: LaneSetup = {
    kind: 'network',
    model: { engine, file, classes, kernels },
    pixels: material.pixels,
  };
  const workerFile = new URL('bench/lanes/worker.js', compiled);
  return withLanes(new Array<LaneSetup>(threads).fill(setup), { workerFile, signal }, use);
}
