import { basename } from 'node:path';
import { judge, type Verdict } from '../../../model/quantize/limits.js';
import type { QuantizedModel, WeightBits } from '../../../model/quantize/quantize-model.js';
import type { ModelDraft } from '../../../model/registry/draft.js';
import type { ModelVersion } from '../../../model/registry/registry.js';
import { SOFTWARE } from '../../../version.js';
import type { EvaluationData } from '../evaluation-data.js';
import type { MeasuredQuantization, MeasuredModel } from './measure-quantized.js';

/** `forced`: a missed limit was accepted when the version was made. */
export type Limits = Verdict & { readonly forced: boolean };

interface Made {
  readonly source: ModelVersion;
  readonly plan: { readonly name: string; readonly isForced: boolean; readonly weightBits: WeightBits };
  readonly data: EvaluationData;
  /** Number of images that the network was calibrated with. */
  readonly calibrated: number;
  readonly quantized: QuantizedModel;
  readonly measured: MeasuredQuantization;
}

/** Describes an int8 version for the registry: its source, how it was made, and how the two compare. */
export function describeQuantized(made: Made): { draft: ModelDraft; limits: Limits } {
  const { source, plan, quantized } = made;
  const { architecture, classes, intendedUse, preprocessing, software } = source.manifest;
  const limits = limitsOf(made);
  return {
    limits,
    draft: {
      name: plan.name,
      architecture,
      classes,
      preprocessing,
      intendedUse,
      precision: 'int8',
      software: { ...software, smearwatch: SOFTWARE.version, node: SOFTWARE.node },
      trainedOn: { ...source.manifest.trainedOn, quantization: quantizationOf(made) },
      evaluation: { ...evaluationOf(made), limits },
      model: { onnx: quantized.bytes },
    },
  };
}

function limitsOf({ measured: { fp32, int8, speedup }, plan }: Made): Limits {
  const verdict = judge({
    shareRight: { fp32: fp32.figures.shareRight, int8: int8.figures.shareRight },
    bytes: { fp32: fp32.bytes, int8: int8.bytes },
    speedup,
  });
  return { ...verdict, forced: plan.isForced };
}

function quantizationOf({ source, plan, data, calibrated, quantized }: Made) {
  const { name, version, manifest } = source;
  return {
    source: { model: `${name}@${version}`, weightsSha256: manifest.weightsSha256 },
    scheme: `QDQ: weights int8 (${plan.weightBits} bits, symmetric, per channel), activations uint8, biases int32`,
    calibration: {
      images: calibrated,
      folder: basename(data.data.folder),
      rule: quantized.rule,
      /** Kullback-Leibler divergence from the float model's probabilities, per image. */
      divergence: quantized.divergence,
    },
  };
}

function evaluationOf({ data, measured: { fp32, int8, speedup, agreement } }: Made) {
  const { figures, confusion, quadraticLoss } = int8;
  return {
    on: data.on,
    ...figures,
    quadraticLoss,
    /** Rows: the labelled class; columns: the predicted one; both in the classes' order. */
    confusion,
    comparedWithFp32: {
      shareRight: both(fp32, int8, (model) => model.figures.shareRight),
      imagesPerSecondOnOneThread: both(fp32, int8, ({ imagesPerSecond }) => imagesPerSecond),
      bytes: both(fp32, int8, ({ bytes }) => bytes),
      speedup,
      sizeShare: int8.bytes / fp32.bytes,
      agreement,
    },
  };
}

function both(fp32: MeasuredModel, int8: MeasuredModel, figure: (model: MeasuredModel) => number) {
  return { fp32: figure(fp32), int8: figure(int8) };
}
