import { hasCode, messageOf } from '../../errors.js';
import { checkInput, checkOutput } from '../contract.js';
import { decodeModel, unloadable } from '../onnx/proto.js';
import { parseOnnxWeights } from '../onnx/read-onnx.js';
import { applyModel, buildModel, setWeights } from './build-model.js';
import { declaredValues } from './declared-values.js';
import type { Tensorflow } from './load.js';
import { networkOf } from './network-of.js';
import type { Runnable } from './session.js';

/**
 * Opens one of our own networks from its `model.onnx`.
 * @throws SmearwatchError `model-unloadable`
 */
export function openNetwork(tf: Tensorflow, modelFile: string, bytes: Uint8Array, classes: number): Runnable {
  const { graph } = decodeModel(bytes, modelFile);
  checkInput(declaredValues(graph.input), modelFile);
  checkOutput(declaredValues(graph.output), modelFile, classes);
  const network = networkOf(graph, classes, modelFile);
  const built = buildModel(tf, network);
  try {
    setWeights(tf, built, parseOnnxWeights(bytes, network, modelFile));
  } catch (cause) {
    built.dispose();
    throw hasCode(cause, 'model-unloadable')
      ? cause
      : unloadable(`${modelFile}: ${messageOf(cause)}`, { cause });
  }
  return { run: (pixels) => applyModel(built.model, pixels, false), dispose: () => built.dispose() };
}
