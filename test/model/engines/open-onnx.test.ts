import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { IMAGE_BYTES } from '../../../src/images.js';
import { onnxruntimeEngine } from '../../../src/model/engines/onnxruntime.js';
import { openOnnx } from '../../../src/model/engines/open-onnx.js';
import { FrontKernel } from '../../../src/model/engines/front-kernel.js';
import { pixelInput } from '../../../src/model/engines/graph-input.js';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { cutFront } from '../../../src/model/onnx/cut-front.js';
import { DATA_TYPE, decodeModel, encodeModel } from '../../../src/model/onnx/proto.js';
import { quantizeModel } from '../../../src/model/quantize/quantize-model.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { fileOf, onnxOf } from '../onnx/onnx-file.js';
import { randomPixels } from '../onnx/random-weights.js';

const IMAGES = 5;
const pixels = randomPixels(IMAGES);
const options = { threads: 1, intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
const images = Array.from({ length: IMAGES }, (_, i) =>
  pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES),
);
const int8Of = async (float: Uint8Array) =>
  (await quantizeModel(float, images, { threads: 1, weightBits: 7 })).bytes;

/** By ONNX Runtime alone, of the graph as it lies in the file. */
async function wholeProbabilities(file: string): Promise<Float32Array> {
  const session = await InferenceSession.create(file, options);
  const { probabilities } = await session.run({ image: pixelInput.tensorOf(pixels, IMAGES) });
  await session.release();
  return probabilities!.data as Float32Array;
}

async function ourProbabilities(file: string): Promise<Float32Array> {
  const session = await onnxruntimeEngine().open(file, 3, options);
  const found = await session.run(pixels, IMAGES);
  await session.close();
  return found;
}

async function inputNameOf(file: string): Promise<string> {
  const { computation } = await openOnnx(file, options);
  await computation.release();
  return computation.inputName;
}

describe.each<[string, () => Promise<Uint8Array>, number]>([
  ['AlexNet', () => Promise.resolve(onnxOf(alexnet())), 1e-5],
  ['LeNet-5', () => Promise.resolve(onnxOf(lenet5())), 1e-5],
  ['LeNet-5 in int8', () => int8Of(onnxOf(lenet5())), 1e-5],
  // Three levels differ (see below), and random weights make much of that.
  ['AlexNet in int8', () => int8Of(onnxOf(alexnet())), 0.02],
])('%s without its front', (_name, make, tolerance) => {
  test('gives the probabilities of the whole graph, and leaves nothing of its file mapped', async () => {
    const file = await fileOf(await make());
    expect(await inputNameOf(file)).not.toBe('image');
    const expected = await wholeProbabilities(file);
    const session = await onnxruntimeEngine().open(file, 3, options);
    // A file that is mapped ends the process when it is cut short; a copy into the registry's folder may do that.
    if (process.platform === 'linux') expect(readFileSync('/proc/self/maps', 'utf8')).not.toContain(file);
    const found = await session.run(pixels, IMAGES);
    await session.close();
    found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance));
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(5 * tolerance);
  }, 120_000);
});

test('AlexNet in int8 gets the levels that ONNX Runtime computes, but for a few half way between two', async () => {
  const model = decodeModel(await int8Of(onnxOf(alexnet())));
  const cut = cutFront(model)!;
  const name = 'front.resized.quantized';
  model.graph.output!.push({ name, type: { tensor_type: { elem_type: DATA_TYPE.uint8 } } });
  const whole = await InferenceSession.create(encodeModel(model), options);
  const { [name]: planes, probabilities } = await whole.run({ image: pixelInput.tensorOf(pixels, IMAGES) });
  const area = 227 ** 2;
  const expected = (planes!.data as Uint8Array).map((_, at, levels) => {
    const [image, place, channel] = [Math.floor(at / 3 / area), Math.floor(at / 3) % area, at % 3];
    return levels[(image * 3 + channel) * area + place]!;
  });
  const found = new FrontKernel(cut.front).run(pixels, IMAGES);
  const differences = expected.map((level, i) => Math.abs(level - found[i]!)).filter((each) => each > 0);
  expect(Math.max(0, ...differences)).toBeLessThanOrEqual(1);
  expect(differences.length).toBeLessThan(10);
  // From the same levels on, everything is the same.
  const session = await InferenceSession.create(encodeModel(cut.model), options);
  const feeds = { [cut.inputName]: new Tensor('uint8', expected, [IMAGES, 227, 227, 3]) };
  expect((await session.run(feeds)).probabilities!.data).toEqual(probabilities!.data);
  await Promise.all([whole.release(), session.release()]);
}, 120_000);

test('a file that is replaced by a shorter one while it is served goes on being served', async () => {
  const file = await fileOf(onnxOf(lenet5()));
  const session = await onnxruntimeEngine().open(file, 3, options);
  const before = await session.run(pixels, IMAGES);
  writeFileSync(file, 'overwritten');
  expect(await session.run(pixels, IMAGES)).toEqual(before);
  await session.close();
});

test('a graph with another beginning is run whole', async () => {
  const model = decodeModel(onnxOf(lenet5()));
  const [transpose, cast] = model.graph.node!;
  // Floats first, planes then: the same numbers.
  Object.assign(cast!, { input: ['image'], output: ['floats'] });
  Object.assign(transpose!, { input: ['floats'], output: ['front.float'] });
  model.graph.node!.splice(0, 2, cast!, transpose!);
  const file = await fileOf(encodeModel(model));
  expect(await inputNameOf(file)).toBe('image');
  const expected = await ourProbabilities(await fileOf(onnxOf(lenet5())));
  (await ourProbabilities(file)).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
});

test.each(['with spaces and ü', 'a.b', 'a'.repeat(200)])(
  'a model in a folder called %s is cut, also behind a link',
  async (name) => {
    const folder = join(temporaryFolder(), name);
    mkdirSync(folder);
    const file = join(folder, 'model.onnx');
    cpSync(await fileOf(onnxOf(lenet5())), file);
    const link = join(temporaryFolder(), 'model.onnx');
    symlinkSync(file, link);
    expect([await inputNameOf(file), await inputNameOf(link)]).toEqual(['front.scaled', 'front.scaled']);
  },
);

test('a graph that cannot be loaded in two parts is loaded whole', async () => {
  const model = decodeModel(onnxOf(lenet5()));
  // A branch reads the front's planes, which a look at the nodes does not show.
  const branch = {
    name: 'branch',
    node: [{ op_type: 'Identity', name: 'same', input: ['front.pooled'], output: ['pooled'] }],
    output: [{ name: 'pooled', type: { tensor_type: { elem_type: 1 } } }],
  };
  const attribute = ['then_branch', 'else_branch'].map((name) => ({ name, type: 5, g: branch }));
  model.graph.initializer!.push({ name: 'yes', dims: [], data_type: 9, raw_data: Uint8Array.of(1) });
  model.graph.node!.push({ op_type: 'If', name: 'if', input: ['yes'], output: ['unused'], attribute });
  const file = await fileOf(encodeModel(model));
  expect(await inputNameOf(file)).toBe('image');
  expect(await ourProbabilities(file)).toHaveLength(3 * IMAGES);
});
