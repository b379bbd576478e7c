import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { decodeModel, encodeModel, type TensorProto } from '../../../src/model/onnx/proto.js';
import { readSkeleton } from '../../../src/model/onnx/skeleton.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { fileOf, onnxOf } from './onnx-file.js';

const bytes = onnxOf(lenet5());

function placeOf({ external_data = [] }: TensorProto): Record<string, string | undefined> {
  return Object.fromEntries(external_data.map(({ key = '', value }) => [key, value]));
}

it('large tensors are left in the file, and everything else is read', async () => {
  const file = await fileOf(bytes);
  const { model, folder } = await readSkeleton(file);
  const whole = decodeModel(bytes);
  const { initializer = [], ...rest } = model.graph;
  const { initializer: expected = [], ...wholeRest } = whole.graph;
  expect({ ...model, graph: rest }).toEqual({ ...whole, graph: wholeRest });
  const isLarge = ({ raw_data }: TensorProto) => (raw_data?.length ?? 0) >= 65_536;
  expect(expected.filter(isLarge)).toHaveLength(1);
  for (const [index, tensor] of initializer.entries()) {
    const { raw_data, ...fields } = expected[index]!;
    if (!isLarge(expected[index]!)) {
      expect(tensor).toEqual(expected[index]);
      continue;
    }
    expect(tensor).toMatchObject({ ...fields, data_location: 1 });
    expect(tensor.raw_data).toBeUndefined();
    const { location = '', offset, length } = placeOf(tensor);
    const start = Number(offset);
    const found = readFileSync(join(folder, location)).subarray(start, start + Number(length));
    expect(found).toEqual(Buffer.from(raw_data!));
  }
});

it('kernels of convolutions are copied, up to 32 MB', async () => {
  for (const [filters, isTaken] of [
    [2_000, true],
    [1_000_000, false],
  ] as const) {
    const model = decodeModel(bytes);
    const kernel = model.graph.initializer!.find(({ name }) => name === 'conv2.weight')!;
    Object.assign(kernel, { dims: [filters, 1, 3, 3], raw_data: new Uint8Array(36 * filters).fill(7) });
    const skeleton = await readSkeleton(await fileOf(encodeModel(model)));
    const found = skeleton.model.graph.initializer!.find(({ name }) => name === 'conv2.weight')!;
    expect(found.raw_data?.length).toBe(isTaken ? 36 * filters : undefined);
    expect(found.data_location).toBe(isTaken ? undefined : 1);
    if (isTaken) expect(new Set(found.raw_data)).toEqual(new Set([7]));
  }
});

it('fields across and beyond the window of 64 KiB are read', async () => {
  const model = decodeModel(bytes);
  const texts = [65_500, 100, 65_537, 200_000, 3].map((length, i) => ({
    key: `${i}`,
    value: 'x'.repeat(length),
  }));
  Object.assign(model, { metadata_props: texts });
  const skeleton = await readSkeleton(await fileOf(encodeModel(model)));
  expect(skeleton.model.metadata_props).toEqual(texts);
});

it('a file that was replaced, changed or removed since is not the one that was read', async () => {
  const file = await fileOf(bytes);
  const { isUnchanged } = await readSkeleton(file);
  expect(await isUnchanged()).toBe(true);
  writeFileSync(file, bytes);
  expect(await isUnchanged()).toBe(false);
  rmSync(file);
  expect(await isUnchanged()).toBe(false);
});

it('a link is followed, since ONNX Runtime refuses weights outside of a model’s folder', async () => {
  const file = await fileOf(bytes);
  const link = join(temporaryFolder(), 'model.onnx');
  symlinkSync(file, link);
  const { folder, model } = await readSkeleton(link);
  const [large] = model.graph.initializer!.filter(({ data_location }) => data_location === 1);
  expect(join(folder, placeOf(large!).location!)).toBe(join(dirname(file), basename(file)));
});

it('a large tensor of an attribute stays where it is', async () => {
  const model = decodeModel(bytes);
  const value = { name: 'value', dims: [100_000], data_type: 2, raw_data: new Uint8Array(100_000).fill(3) };
  const attribute = [{ name: 'value', type: 4, t: value }];
  model.graph.node!.push({ op_type: 'Constant', name: 'large', output: ['large'], attribute });
  const skeleton = await readSkeleton(await fileOf(encodeModel(model)));
  const constant = skeleton.model.graph.node!.at(-1)!;
  expect(constant.attribute?.[0]?.t?.raw_data).toEqual(Buffer.from(value.raw_data));
});

it('a missing file is refused with its path', async () => {
  await expect(readSkeleton('/nowhere/model.onnx')).rejects.toMatchObject({
    code: 'model-unloadable',
    message: expect.stringContaining('/nowhere/model.onnx cannot be read: ENOENT') as string,
  });
});
