import { OUTPUT_NAME } from '../onnx/names.js';
import { DATA_TYPE, encodeModel, type GraphProto, type ModelProto } from '../onnx/proto.js';
import { ValueHistogram } from './histogram.js';
import { runModel, type SessionRunOptions } from './session.js';

export interface CalibrateOptions extends SessionRunOptions {
  /** Names of the activations to observe. */
  readonly activations: readonly string[];
}

export interface CalibrationRun {
  readonly histograms: ReadonlyMap<string, ValueHistogram>;
  /** Probabilities of the float model, row by row. */
  readonly probabilities: Float32Array;
}

/** Runs the float model with its activations as further outputs, and records their distributions. */
export async function calibrate(
  model: ModelProto & { graph: GraphProto },
  images: readonly Uint8Array[],
  { activations, ...options }: CalibrateOptions,
): Promise<CalibrationRun> {
  const histograms = new Map(activations.map((name) => [name, new ValueHistogram()]));
  const probabilities: number[] = [];
  await runModel(withOutputs(model, activations), images, options, (outputs) => {
    probabilities.push(...(outputs.get(OUTPUT_NAME) ?? []));
    for (const [name, histogram] of histograms) histogram.add(outputs.get(name) ?? new Float32Array());
  });
  return { histograms, probabilities: Float32Array.from(probabilities) };
}

/** Adds outputs to a model; ONNX Runtime infers their shapes. */
function withOutputs(model: ModelProto & { graph: GraphProto }, names: readonly string[]): Uint8Array {
  const more = names.map((name) => ({ name, type: { tensor_type: { elem_type: DATA_TYPE.float } } }));
  const output = [...(model.graph.output ?? []), ...more];
  return encodeModel({ ...model, graph: { ...model.graph, output } });
}
