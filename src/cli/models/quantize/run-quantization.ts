import { readFile } from 'node:fs/promises';
import { availableCores } from '../../../available-cores.js';
import { configureDecoding } from '../../../decode/decode-image.js';
import { quantizeModel, type WeightBits } from '../../../model/quantize/quantize-model.js';
import type { ModelVersion, Registry } from '../../../model/registry/registry.js';
import { loadEvaluationData } from '../evaluation-data.js';
import type { RunStage } from '../stages.js';
import { describeQuantized, type Limits } from './describe-quantized.js';
import { measureQuantized, type MeasuredQuantization } from './measure-quantized.js';

export interface QuantizationRequest {
  readonly dataFolder: string;
  readonly splitFile: string | undefined;
  /** Images to calibrate on, at most. */
  readonly limit: number;
  readonly weightBits: WeightBits;
  /** The int8 model's. */
  readonly name: string;
  /** A missed limit is recorded, but does not prevent a promotion. */
  readonly isForced: boolean;
  readonly signal: AbortSignal;
  readonly runStage: RunStage;
}

export interface QuantizeResult {
  readonly version: ModelVersion;
  readonly measured: MeasuredQuantization;
  readonly limits: Limits;
}

/** Calibrates, quantises, measures both, and adds the int8 version with what was found. */
export async function runQuantization(
  registry: Registry,
  source: ModelVersion,
  plan: QuantizationRequest,
): Promise<QuantizeResult> {
  configureDecoding();
  const { signal, runStage } = plan;
  const file = await registry.materialise(source);
  const data = await runStage('Reading', (onProgress) =>
    loadEvaluationData(source, { folder: plan.dataFolder, splitFile: plan.splitFile, onProgress, signal }),
  );
  const images = spread(data.calibration, plan.limit).map(({ pixels }) => pixels);
  const quantized = await runStage('Calibrating', async (onProgress) =>
    quantizeModel(await readFile(file), images, {
      weightBits: plan.weightBits,
      threads: availableCores(),
      signal,
      onProgress: (done) => onProgress(done, images.length),
    }),
  );
  const measured = await runStage('Measuring', (onProgress) =>
    measureQuantized(file, quantized.bytes, data, { signal, onProgress }),
  );
  const { draft, limits } = describeQuantized({
    source,
    plan,
    data,
    calibrated: images.length,
    quantized,
    measured,
  });
  return { version: await registry.add(draft), measured, limits };
}

/**
 * `count` of the items at equal distances: every class has its share, since they are in the classes' order.
 */
function spread<T>(items: readonly T[], count: number): T[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
