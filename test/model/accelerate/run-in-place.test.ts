import { InferenceSession, Tensor } from '../../../src/model/onnx-runtime.js';
import { expect, it } from 'vitest';
import { addNothing, runInPlace } from '../../../src/model/accelerate/run-in-place.js';
import { GraphBuilder, tensorInfo } from '../../../src/model/onnx/nodes.js';
import { DATA_TYPE, encodeModel } from '../../../src/model/onnx/proto.js';

const LENGTH = 1_000_000;

/** y = −x, with a first output that is not a tensor. */
async function negation(): Promise<InferenceSession> {
  const builder = new GraphBuilder();
  builder.node('Neg', 'y', ['x']);
  const graph = {
    name: 'negation',
    output: [addNothing(builder), tensorInfo('y', DATA_TYPE.float, ['N'])],
    input: [tensorInfo('x', DATA_TYPE.float, ['N'])],
    node: builder.nodes,
  };
  const model = { ir_version: 8, opset_import: [{ domain: '', version: 17 }], graph };
  return InferenceSession.create(encodeModel(model), { logSeverityLevel: 4 });
}

it('outputs are written into the given memory only', async () => {
  const session = await negation();
  const x = new Tensor('float32', new Float32Array(LENGTH).fill(2), [LENGTH]);
  const values = new Float32Array(LENGTH);
  const before = process.memoryUsage().arrayBuffers;
  await runInPlace(session, { x }, ['y', new Tensor('float32', values, [LENGTH])]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(values.byteLength / 2);
  expect([values[0], values[LENGTH - 1]]).toEqual([-2, -2]);
  await session.release();
});

it('a computation that fails reports the reason', async () => {
  const session = await negation();
  const x = new Tensor('int32', new Int32Array(4), [4]);
  const y = new Tensor('float32', new Float32Array(4), [4]);
  await expect(runInPlace(session, { x }, ['y', y])).rejects.toThrow(/data type/);
  const short = new Tensor('float32', new Float32Array(3), [3]);
  const floats = new Tensor('float32', new Float32Array(4), [4]);
  await expect(runInPlace(session, { x: floats }, ['y', short])).rejects.toThrow();
  await session.release();
});
