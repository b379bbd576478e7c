import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from '../../../src/model/onnx-runtime.js';
import { describe, expect, it } from 'vitest';
import { IMAGE_BYTES } from '../../../src/images.js';
import { onnxruntimeEngine } from '../../../src/model/engines/onnxruntime.js';
import { openOnnx } from '../../../src/model/engines/open-onnx.js';
import { FrontKernel } from '../../../src/model/accelerate/front/front-kernel.js';
import { pixelInput } from '../../../src/model/computation.js';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { cutFront } from '../../../src/model/accelerate/front/cut-front.js';
import { DATA_TYPE, decodeModel, encodeModel, type GraphProto } from '../../../src/model/onnx/proto.js';
import { quantizeModel } from '../../../src/model/quantize/quantize-model.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { fileOf, onnxOf } from '../onnx/onnx-file.js';
import { randomPixels } from '../onnx/random-weights.js';
import { smallWideNetwork } from '../onnx/small-networks.js';

const IMAGES = 5;
const pixels = randomPixels(IMAGES);
const options = { threads: 1, intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
const images = Array.from({ length: IMAGES }, (_, i) =>
  pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES),
);
const int8Of = async (float: Uint8Array) =>
  (await quantizeModel(float, images, { threads: 1, weightBits: 7 })).bytes;

/** Probabilities by ONNX Runtime alone, of the graph in the file. */
async function wholeProbabilities(file: string, given = pixels): Promise<Float32Array> {
  const session = await InferenceSession.create(file, options);
  const image = pixelInput.tensorOf(given, given.length / IMAGE_BYTES);
  const { probabilities } = await session.run({ image });
  await session.release();
  return probabilities!.data as Float32Array;
}

async function ourProbabilities(file: string): Promise<Float32Array> {
  const session = await onnxruntimeEngine().open(file, 3, options);
  const found = await session.run(pixels, IMAGES);
  await session.close();
  return found;
}

async function partsOf(file: string): Promise<{ inputName: string; isDivided: boolean }> {
  const { computation, name } = await openOnnx(file, options);
  await computation.release();
  return { inputName: computation.inputName, isDivided: name === 'smearwatch-winograd' };
}

async function fallbackOf(file: string): Promise<(string | undefined)[]> {
  const { computation, name, fallback } = await openOnnx(file, options);
  await computation.release();
  return [name, fallback?.reason];
}

const inputNameOf = async (file: string) => (await partsOf(file)).inputName;

/** Makes a branch that is never taken read a value, which the list of nodes does not show. */
function readInBranch(graph: GraphProto, value: string): void {
  const branch = {
    name: 'branch',
    node: [{ op_type: 'Identity', name: 'same', input: [value], output: ['read'] }],
    output: [{ name: 'read', type: { tensor_type: { elem_type: 1 } } }],
  };
  const attribute = ['then_branch', 'else_branch'].map((name) => ({ name, type: 5, g: branch }));
  graph.initializer!.push({ name: 'yes', dims: [], data_type: 9, raw_data: Uint8Array.of(1) });
  graph.node!.push({ op_type: 'If', name: 'if', input: ['yes'], output: ['unused'], attribute });
}

describe.each<[string, () => Promise<Uint8Array>, boolean, number]>([
  ['AlexNet', () => Promise.resolve(onnxOf(alexnet())), true, 1e-5],
  ['LeNet-5', () => Promise.resolve(onnxOf(lenet5())), false, 1e-5],
  ['LeNet-5 in int8', () => int8Of(onnxOf(lenet5())), false, 1e-5],
  // Three levels differ (see below), which random weights amplify.
  ['AlexNet in int8', () => int8Of(onnxOf(alexnet())), false, 0.02],
])('%s without its front', (_name, make, isDivided, tolerance) => {
  it(`${isDivided ? 'and its convolutions ' : ''}gives the probabilities of the whole graph, and leaves nothing of its file mapped`, async () => {
    const file = await fileOf(await make());
    const parts = await partsOf(file);
    expect(parts.inputName).not.toBe('image');
    expect(parts.isDivided).toBe(isDivided);
    const expected = await wholeProbabilities(file);
    const session = await onnxruntimeEngine().open(file, 3, options);
    // A file that is mapped ends the process when it is cut short; a copy into the registry's folder may do
    // that.
    if (process.platform === 'linux') expect(readFileSync('/proc/self/maps', 'utf8')).not.toContain(file);
    const found = await session.run(pixels, IMAGES);
    await session.close();
    found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance));
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(5 * tolerance);
  }, 120_000);
});

it('AlexNet in int8 gets the levels that ONNX Runtime computes, but for a few half way between two', async () => {
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

it('a file that is replaced by a shorter one while it is served continues to be served', async () => {
  const file = await fileOf(onnxOf(lenet5()));
  const session = await onnxruntimeEngine().open(file, 3, options);
  const before = await session.run(pixels, IMAGES);
  writeFileSync(file, 'overwritten');
  expect(await session.run(pixels, IMAGES)).toEqual(before);
  await session.close();
});

it('with kernels off, a network is run whole, and refused for the same reasons', async () => {
  const file = await fileOf(onnxOf(smallWideNetwork));
  const { computation, name, fallback } = await openOnnx(file, { ...options, kernels: 'off' });
  expect([computation.inputName, name, fallback]).toEqual(['image', 'onnxruntime', undefined]);
  const found = (await computation.run(pixels, IMAGES, 'probabilities'))?.data;
  expect(found).toEqual(await wholeProbabilities(file));
  await computation.release();
  const model = decodeModel(onnxOf(lenet5()));
  Object.assign(model.graph.initializer![0]!, { data_location: 1, raw_data: undefined });
  const elsewhere = openOnnx(await fileOf(encodeModel(model)), { ...options, kernels: 'off' });
  await expect(elsewhere).rejects.toMatchObject({ code: 'model-unloadable' });
});

it('a graph with other first nodes is run whole', async () => {
  const model = decodeModel(onnxOf(lenet5()));
  const [transpose, cast] = model.graph.node!;
  // Floats first, planes then: the same numbers.
  Object.assign(cast!, { input: ['image'], output: ['floats'] });
  Object.assign(transpose!, { input: ['floats'], output: ['front.float'] });
  model.graph.node!.splice(0, 2, cast!, transpose!);
  const file = await fileOf(encodeModel(model));
  expect(await fallbackOf(file)).toEqual(['onnxruntime', 'model-unmatched']);
  const expected = await ourProbabilities(await fileOf(onnxOf(lenet5())));
  (await ourProbabilities(file)).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
});

it.each(['with spaces and ü', 'a.b', 'a'.repeat(200)])(
  'a model in a folder called %s is cut, also through a link',
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

it('a graph that cannot be loaded in two parts is loaded whole', async () => {
  const model = decodeModel(onnxOf(lenet5()));
  readInBranch(model.graph, 'front.pooled');
  const file = await fileOf(encodeModel(model));
  expect(await fallbackOf(file)).toEqual(['onnxruntime', 'model-indivisible']);
  expect(await ourProbabilities(file)).toHaveLength(3 * IMAGES);
});

describe('A network with convolutions that are computed by products', () => {
  const bytes = onnxOf(smallWideNetwork);
  const many = randomPixels(33);
  const expectSame = (found: Float32Array, expected: Float32Array) => {
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.01);
  };

  it('gives the same as the whole graph, in batches around the number of images at once', async () => {
    const file = await fileOf(bytes);
    expect(await partsOf(file)).toEqual({ inputName: 'front.scaled', isDivided: true });
    const expected = await wholeProbabilities(file, many);
    const session = await onnxruntimeEngine().open(file, 3, options);
    for (const count of [1, 3, 4, 5, 15, 16, 17, 33, 2]) {
      const found = await session.run(many.subarray(0, count * IMAGE_BYTES), count);
      expectSame(found, expected.subarray(0, 3 * count));
    }
    await session.close();
    expect(new Set(expected).size).toBeGreaterThan(90);
  });

  it('does not change probabilities that it returned before', async () => {
    const session = await onnxruntimeEngine().open(await fileOf(bytes), 3, options);
    const found = await session.run(many, 17);
    const before = found.slice();
    await session.run(many.subarray(16 * IMAGE_BYTES), 17);
    expect(found).toEqual(before);
    await session.close();
  });

  it.each(['conv1.relu', 'conv2', 'conv2.relu', 'pool2', 'pool3', 'fc4'])(
    'is left in one part where a branch reads %s, and gives the same',
    async (value) => {
      const model = decodeModel(bytes);
      readInBranch(model.graph, value);
      const file = await fileOf(encodeModel(model));
      expect(await partsOf(file)).toEqual({ inputName: 'front.scaled', isDivided: false });
      expect(await fallbackOf(file)).toEqual(['smearwatch-front', 'model-indivisible']);
      expectSame(await ourProbabilities(file), await wholeProbabilities(file));
    },
  );

  it.each([
    ['conv1.weight', NaN],
    ['conv2.weight', NaN],
    ['conv2.weight', Infinity],
    ['conv2.weight', -Infinity],
    ['conv2.bias', NaN],
    ['conv3.weight', NaN],
    ['conv3.weight', Infinity],
    ['conv3.weight', -Infinity],
    ['conv3.bias', NaN],
  ])('fails rather than returning probabilities with a value in %s of %d', async (name, value) => {
    const model = decodeModel(bytes);
    const tensor = model.graph.initializer!.find((each) => each.name === name)!;
    const values = new Float32Array(new Uint8Array(tensor.raw_data!).buffer);
    values[17] = value;
    tensor.raw_data = new Uint8Array(values.buffer);
    const file = await fileOf(encodeModel(model));
    expect((await partsOf(file)).isDivided).toBe(true);
    const session = await onnxruntimeEngine().open(file, 3, options);
    await expect(session.run(pixels, IMAGES)).rejects.toMatchObject({ code: 'inference-failed' });
    await session.close();
  });

  it('fails like the whole graph when its images are smaller than its filters', async () => {
    const shape = { filters: 64, kernel: 3, stride: 1, padding: 1, groups: 1 };
    const convolutions = ['a', 'b', 'c'].map((name) => ({ kind: 'convolution', name, ...shape }) as const);
    const [conv1, ...others] = smallWideNetwork.layers;
    const layers = [conv1!, ...convolutions, ...others.slice(-2)];
    const front = { ...smallWideNetwork.front, side: 11 };
    const model = decodeModel(onnxOf({ ...smallWideNetwork, front, layers }));
    // Of 2 × 2 values a filter of 3 × 3 leaves 0 × 0, of which padding would make 2 × 2 again.
    for (const [name, padding] of [
      ['a', 0],
      ['b', 2],
      ['c', 1],
    ] as const) {
      const { attribute } = model.graph.node!.find(({ output }) => output?.[0] === name)!;
      attribute!.find(({ name }) => name === 'pads')!.ints = Array<number>(4).fill(padding);
    }
    const file = await fileOf(encodeModel(model));
    expect(await partsOf(file)).toEqual({ inputName: 'front.scaled', isDivided: false });
    const session = await onnxruntimeEngine().open(file, 3, options);
    await expect(session.run(pixels, IMAGES)).rejects.toMatchObject({ code: 'inference-failed' });
    await session.close();
  });

  it('can be closed and opened again and again', async () => {
    const file = await fileOf(bytes);
    const found = [];
    for (let time = 0; time < 3; time++) found.push(await ourProbabilities(file));
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });
});
