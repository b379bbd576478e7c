import { SmearwatchError } from '../../errors.js';
import { IMAGE_BYTES } from '../../images.js';
import { decodeModel, type GraphProto, type ModelProto } from '../onnx/proto.js';
import { calibrate, type CalibrateOptions } from './calibrate.js';
import { divergence, probabilitiesOf } from './compare.js';
import { foldScaling } from './fold-scaling.js';
import type { ValueHistogram, ValueRange } from './histogram.js';
import { planQuantization } from './plan.js';
import { quantizeGraph } from './quantize-graph.js';
import { chooseRange, RANGE_RULES, type RangeRule } from './ranges.js';

export interface QuantizeModelOptions extends Pick<CalibrateOptions, 'threads' | 'onProgress' | 'signal'> {
  /** Bits of the weights; 7 gives the same results on every processor (see `WEIGHT_STEPS`). */
  readonly weightBits: WeightBits;
}

export interface QuantizedModel {
  readonly bytes: Uint8Array;
  /** Mean divergence from the float model's probabilities on the calibration images, by rule. */
  readonly divergence: Readonly<Record<RangeRule, number>>;
  /** The rule with the smallest divergence. */
  readonly rule: RangeRule;
}

/**
 * Steps on either side of zero. Some kernels (all on AVX2 without VNNI) add two products of a uint8 and an
 * int8 in a signed 16-bit number, which 2·255·127 overflows and 2·255·63 does not. Measured on a trained
 * LeNet-5, even with VNNI: with 8 bits, the integer kernels deviate by 0.004 from the same graph computed in
 * floats, and 0.7 points are lost; with 7 bits they deviate by 6e-8, and none are lost.
 */
const WEIGHT_STEPS = { 7: 63, 8: 127 } as const;
export type WeightBits = keyof typeof WEIGHT_STEPS;

/** First opset with per-channel DequantizeLinear. */
const MIN_OPSET = 13;

/**
 * Converts a float model to an int8 one, calibrated on `images` (pixels of the contract). It tries every
 * range rule, and keeps the one whose probabilities are closest to the float model's.
 * @throws SmearwatchError `model-unquantizable`, `model-unloadable`
 */
export async function quantizeModel(
  bytes: Uint8Array,
  images: readonly Uint8Array[],
  { weightBits, ...options }: QuantizeModelOptions,
): Promise<QuantizedModel> {
  if (images.some((pixels) => pixels.length !== IMAGE_BYTES))
    throw new RangeError('an image is not 256×256×3');
  const { model, pixels } = prepare(bytes);
  const activations = [...new Set(planQuantization(model.graph).rangeOf.values())];
  const { histograms, probabilities } = await calibrate(model, images, { ...options, activations });
  const weightSteps = WEIGHT_STEPS[weightBits];
  let best: { bytes: Uint8Array; rule: RangeRule; distance: number } | undefined;
  const distances = new Map<RangeRule, number>();
  for (const rule of RANGE_RULES) {
    const candidate = quantizeGraph(model, { ranges: rangesOf(histograms, rule, pixels), weightSteps });
    const found = await probabilitiesOf(candidate, images, options);
    const distance = divergence(probabilities, found) / images.length;
    distances.set(rule, distance);
    if (best === undefined || distance < best.distance) best = { bytes: candidate, rule, distance };
  }
  if (best === undefined) throw unquantizable('there is no range rule');
  return {
    bytes: best.bytes,
    rule: best.rule,
    divergence: Object.fromEntries(distances) as Record<RangeRule, number>,
  };
}

function prepare(bytes: Uint8Array): {
  model: ModelProto & { graph: GraphProto };
  pixels: string | undefined;
} {
  const model = decodeModel(bytes);
  const opset = model.opset_import?.find(({ domain = '' }) => domain === '')?.version ?? 0;
  if (opset < MIN_OPSET) throw unquantizable(`its opset is ${opset}, and int8 needs ${MIN_OPSET}`);
  const { graph, pixels } = foldScaling(model.graph);
  if (planQuantization(graph).weighted.length === 0) {
    throw unquantizable('it has no convolution or Gemm whose float32 weights are in the file');
  }
  return { model: { ...model, graph }, pixels };
}

/** Ranges of the activations. Pixels are integers, so scale 1 stores them exactly. */
function rangesOf(
  histograms: ReadonlyMap<string, ValueHistogram>,
  rule: RangeRule,
  pixels: string | undefined,
): Map<string, ValueRange> {
  return new Map(
    [...histograms].map(([name, histogram]) => [
      name,
      name === pixels ? { min: 0, max: 255 } : chooseRange(histogram, rule),
    ]),
  );
}

function unquantizable(why: string): SmearwatchError {
  return new SmearwatchError('model-unquantizable', `The model cannot be quantised: ${why}`);
}
