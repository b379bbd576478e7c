import { sequenceInfo, type GraphBuilder } from '../onnx/nodes.js';
import { DATA_TYPE, type ValueInfoProto } from '../onnx/proto.js';
import type { InferenceSession, Tensor } from '../onnx-runtime.js';

/** Name of an output that is no tensor. */
const NOTHING = 'nothing';
/** Bits of a signalling NaN: no float32 operation has such a result, so this value means "not written". */
const UNWRITTEN = 0x7fa55a5a;

/** Prepares a graph for `runInPlace`: gives it an output that is no tensor, which has to be its first one. */
export function addNothing(builder: GraphBuilder): ValueInfoProto {
  builder.node('SequenceEmpty', NOTHING, []);
  return sequenceInfo(NOTHING, DATA_TYPE.float);
}

/**
 * Computes a graph's float32 output into the memory of the tensor that is given for it, and nowhere else.
 *
 * ONNX Runtime's binding for Node (1.30) does compute into that memory, but then copies every output into a
 * new array all the same: 5 MB an image for AlexNet's convolutions, and a sixth of its time with what V8 does
 * to be rid of them. It converts outputs in their order, when everything is computed, and throws at the first
 * that is no tensor. So the first output of such a graph is `NOTHING`, and the error of a run whose output is
 * written is expected.
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
