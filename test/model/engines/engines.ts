import { ENGINE_NAMES, type EngineName } from '../../../src/engine.js';
import { findTensorflow } from '../../../src/model/tensorflow/paths.js';

export const hasTensorflow = findTensorflow() !== undefined;
/** Suffix of the title of a skipped test, with the reason. */
export const NEEDS_TENSORFLOW = hasTensorflow ? '' : ' (left out: needs TensorFlow, npm run tensorflow)';

/** Every engine with the title of its tests, and whether this machine has it. */
export const engines: readonly { readonly title: string; name: EngineName; isHere: boolean }[] =
  ENGINE_NAMES.map((name) => ({
    name,
    title: name === 'tfjs-node' ? name + NEEDS_TENSORFLOW : name,
    isHere: name !== 'tfjs-node' || hasTensorflow,
  }));
