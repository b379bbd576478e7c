import { sequenceInfo, type GraphBuilder } from '../onnx/nodes.js';
import { DATA_TYPE, type ValueInfoProto } from '../onnx/proto.js';
import type { InferenceSession, Tensor } from '../onnx-runtime.js';

/** Name of an output that is not a tensor. */
const NOTHING = 'nothing';
/** Bits of a signalling NaN, which mean "not written": no float32 operation has such a result. */
const UNWRITTEN = 0x7fa55a5a;

/** Prepares a graph for `runInPlace`: adds an output that is not a tensor, which must be the first output. */
export function addNothing(builder: GraphBuilder): ValueInfoProto {
  builder.node('SequenceEmpty', NOTHING, []);
  return sequenceInfo(NOTHING, DATA_TYPE.float);
}

/**
 * Computes a graph's float32 output directly into the memory of the given tensor.
 *
 * ONNX Runtime's binding for Node (1.30) computes into that memory, but then copies every output into a new
 * array: 5 MB an image for AlexNet's convolutions, and a sixth of its time including V8's garbage collection.
 * It converts outputs in order, after everything is computed, and throws at the first that is not a tensor.
 * So the first output of such a graph is `NOTHING`, and the error of a run whose output is written is
 * expected.
 * @throws what the graph throws
 */
export async function runInPlace(
  session: InferenceSession,
  inputs: Readonly<Record<string, Tensor>>,
  [name, output]: readonly [name: string, output: Tensor],
): Promise<void> {
  const { buffer, byteOffset, length } = output.data as Float32Array<ArrayBuffer>;
  const last = new Uint32Array(buffer, byteOffset + (length - 1) * Uint32Array.BYTES_PER_ELEMENT, 1);
  last[0] = UNWRITTEN;
  try {
    await session.run(inputs, { [NOTHING]: null, [name]: output });
  } catch (error) {
    if (last[0] === UNWRITTEN) throw error;
  }
}
