import type { InferenceSession, Tensor } from '../onnx-runtime.js';
import { messageOf } from '../../errors.js';
import { NOTHING } from '../onnx/in-place.js';

/** What the binding says of an output that it cannot convert. */
const NOT_CONVERTED = 'Non tensor type is temporarily not supported.';

/**
 * Computes a graph's outputs into the memory of the tensors that are given for them, and nowhere else.
 *
 * ONNX Runtime's binding for Node (1.30) does compute into that memory, but then copies every output into a new array all the same: 5 MB
 * an image for AlexNet's convolutions, and a sixth of its time with what V8 does to be rid of them. It converts outputs in their order, when
 * everything is computed, and ends at the first that is no tensor. So the first output of such a graph is `NOTHING`.
 * @throws what the graph throws
 */
export async function runInPlace(
  session: InferenceSession,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Tensor>>,
): Promise<void> {
  try {
    await session.run(inputs, { [NOTHING]: null, ...outputs });
  } catch (error) {
    if (messageOf(error) !== NOT_CONVERTED) throw error;
  }
}
