import { InferenceSession, Tensor } from '../../../src/model/onnx-runtime.js';
import { describe, expect, it } from 'vitest';
import { IMAGE_BYTES } from '../../../src/images.js';
import { loadEngine } from '../../../src/model/engines/load-engine.js';
import { convertForeign } from '../../../src/model/import/convert.js';
import type { ImportStatement } from '../../../src/model/import/statement.js';
import { tryModel } from '../../../src/model/import/try-model.js';
import { ATTRIBUTE_TYPE, decodeModel } from '../../../src/model/onnx/proto.js';
import { probabilitiesOf } from '../../../src/model/quantize/compare.js';
import { quantizeModel } from '../../../src/model/quantize/quantize-model.js';
import { fileOf } from '../onnx/onnx-file.js';
import { randomPixels } from '../onnx/random-weights.js';
import { foreignFile, statement, withWeightsAsInputs, type ForeignOptions } from './foreign.js';

const pixels = randomPixels(3);
const images = [0, 1, 2].map((index) => pixels.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES));

/** Converts and tries a file, as the child process does. */
async function importFile(file: Uint8Array, stated: Partial<ImportStatement> = {}): Promise<Uint8Array> {
  const full = { ...statement, ...stated };
  const { bytes, foreign } = convertForeign(file, full);
  await tryModel(await loadEngine('onnxruntime'), await fileOf(bytes), full, foreign.wasFixedToOneImage);
  return bytes;
}

/** The foreign file's output for an input that is computed here, by plain loops, from the statement. */
async function expected(file: Uint8Array, stated: ImportStatement, output: string): Promise<number[]> {
  const { layout, channels, scale, mean, deviation } = stated;
  const session = await InferenceSession.create(file);
  const rows: number[] = [];
  for (const image of images) {
    const input = new Float32Array(IMAGE_BYTES);
    for (let place = 0; place < 256 * 256; place++) {
      for (let c = 0; c < 3; c++) {
        const pixel = image[place * 3 + (channels === 'rgb' ? c : 2 - c)]!;
        const at = layout === 'nchw' ? c * 256 * 256 + place : place * 3 + c;
        input[at] = (pixel / scale - mean[c]!) / deviation[c]!;
      }
    }
    const shape = layout === 'nchw' ? [1, 3, 256, 256] : [1, 256, 256, 3];
    const found = await session.run({ image: new Tensor('float32', input, shape) });
    rows.push(...(found[output]!.data as Float32Array));
  }
  return rows;
}

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map(Math.exp);
  return powers.map((power, index) => {
    const row = Math.floor(index / 3) * 3;
    return power / (powers[row]! + powers[row + 1]! + powers[row + 2]!);
  });
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(found[i]).toBeCloseTo(wanted[i]!, 4);
}

describe('an imported network gives the same numbers as the foreign one:', () => {
  it.each<[string, ForeignOptions, Partial<ImportStatement>]>([
    ['PyTorch, with a free batch', {}, {}],
    ['PyTorch, in BGR', {}, { channels: 'bgr' }],
    ['Keras, in NHWC', { layout: 'nhwc' }, { layout: 'nhwc' }],
    [
      'MATLAB, opset 9, pixels without a scale',
      { opset: 9 },
      { scale: 1, mean: [120, 110, 100], deviation: [50, 50, 50] },
    ],
    ['fixed to one image', { batch: 1 }, {}],
    ['of an older exporter, with its weights among the inputs', { change: withWeightsAsInputs }, {}],
    ['fixed to one image by a Reshape, too', { batch: 1, reshape: [[1n, 4n]] }, {}],
    ['fixed to one image by a Reshape with a free side', { batch: 1, reshape: [[1n, -1n]] }, {}],
  ])('%s', async (_name, options, stated) => {
    const file = foreignFile(options);
    const bytes = await importFile(file, stated);
    const wanted = softmax(await expected(file, { ...statement, ...stated }, 'scores'));
    expectClose(await probabilitiesOf(bytes, images, { threads: 1 }), wanted);
  });

  it('with its own softmax', async () => {
    const file = foreignFile({ end: 'softmax' });
    const bytes = await importFile(file, { outputIs: 'probabilities' });
    expectClose(await probabilitiesOf(bytes, images, { threads: 1 }), await expected(file, statement, 'out'));
  });

  it('resized in the same way by the old operators and by the new one', async () => {
    const results: Float32Array[] = [];
    for (const opset of [9, 11, 13, 17]) {
      const bytes = await importFile(foreignFile({ opset, side: 224 }), { inputSize: 224 });
      results.push(await probabilitiesOf(bytes, images, { threads: 1 }));
    }
    for (const result of results) expectClose(result, results[0]!);
  });

  it('and can be quantised', async () => {
    const bytes = await importFile(foreignFile());
    const { bytes: int8 } = await quantizeModel(bytes, images, { threads: 1, weightBits: 7 });
    const found = await probabilitiesOf(int8, images, { threads: 1 });
    const wanted = await probabilitiesOf(bytes, images, { threads: 1 });
    found.forEach((value, index) => expect(Math.abs(value - wanted[index]!)).toBeLessThan(0.02));
  });
});

const withNode = (node: object): ForeignOptions => ({
  change: (model) => ({ ...model, graph: { ...model.graph, node: [...(model.graph?.node ?? []), node] } }),
});

describe('is refused:', () => {
  it.each<[string, ForeignOptions, Partial<ImportStatement>, string, string]>([
    [
      'another number of classes',
      { classes: 4 },
      {},
      'import-output',
      'has 4 values per image, and --classes names 3',
    ],
    ['another size', { side: 224 }, {}, 'import-input', 'is [N, 3, 224, 224], not [N, 3, 256, 256]'],
    ['another layout', { layout: 'nhwc' }, {}, 'import-input', 'is [N, 256, 256, 3], not [N, 3, 256, 256]'],
    ['a batch of four', { batch: 4 }, {}, 'import-input', 'fixed to batches of 4'],
    [
      'a fixed batch that cannot be freed',
      { batch: 1, reshape: [[4n], [1n, 4n]] },
      {},
      'import-input',
      'fixed to batches of 1',
    ],
    [
      'scores said to be probabilities',
      {},
      { outputIs: 'probabilities' },
      'import-output',
      'not probabilities',
    ],
    [
      'values that do not sum to 1',
      { end: 'sigmoid' },
      { outputIs: 'probabilities' },
      'import-output',
      'not probabilities',
    ],
    [
      'probabilities said to be scores',
      { end: 'softmax' },
      {},
      'import-output',
      'already comes from a softmax',
    ],
    ['an opset before 7', { opset: 6 }, {}, 'import-unsupported', 'of opset 6'],
    ['an opset of the future', { opset: 999 }, {}, 'import-unsupported', 'of opset 999'],
    [
      'an operator of another domain',
      withNode({
        op_type: 'FusedConv',
        domain: 'com.microsoft',
        name: 'x',
        input: ['scores'],
        output: ['y'],
      }),
      {},
      'import-unsupported',
      'the node FusedConv "x" is of the domain "com.microsoft"',
    ],
    [
      'an operator that does not exist',
      withNode({ op_type: 'NoSuchThing', name: 'x', input: ['scores'], output: ['y'] }),
      {},
      'import-not-running',
      'NoSuchThing',
    ],
    [
      'control flow',
      withNode({
        op_type: 'Loop',
        name: 'endless',
        attribute: [{ name: 'body', type: 5, g: { name: 'body' } }],
      }),
      {},
      'import-unsupported',
      'Loop "endless" is control flow',
    ],
    [
      'a constant in another file',
      withNode({
        op_type: 'Constant',
        name: 'secret',
        output: ['y'],
        attribute: [
          {
            name: 'value',
            type: ATTRIBUTE_TYPE.float,
            t: { data_location: 1, external_data: [{ key: 'location', value: '/etc/passwd' }] },
          },
        ],
      }),
      {},
      'import-unsupported',
      'kept in another file',
    ],
    [
      'weights in another file',
      {
        change: (model) => ({
          ...model,
          graph: {
            ...model.graph,
            initializer: [
              {
                name: 'w',
                data_type: 1,
                data_location: 1,
                external_data: [{ key: 'location', value: '../w' }],
              },
            ],
          },
        }),
      },
      {},
      'import-unreadable',
      'in another file',
    ],
    [
      'two outputs',
      {
        change: (model) => ({
          ...model,
          graph: { ...model.graph, output: [...(model.graph?.output ?? []), { name: 'relu' }] },
        }),
      },
      {},
      'import-output',
      'it has 2 outputs: scores, relu',
    ],
    [
      'no input',
      { change: (model) => ({ ...model, graph: { ...model.graph, input: [] } }) },
      {},
      'import-input',
      'it has no input',
    ],
  ])('%s', async (_name, options, stated, code, message) => {
    await expect(importFile(foreignFile(options), stated)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  const file = foreignFile();
  it.each([
    ['an empty file', new Uint8Array()],
    ['a truncated file', file.subarray(0, file.length - 100)],
    ['a file truncated in its header', file.subarray(0, 20)],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n and more of it')],
    ['messages nested a hundred thousand levels deep', nested(99_999)],
  ])('%s', async (_name, bytes) => {
    await expect(importFile(bytes)).rejects.toMatchObject({ code: 'import-unreadable' });
  });
});

it('the other layout and size are suggested', () => {
  const refused = (file: Uint8Array): unknown => {
    try {
      return convertForeign(file, statement);
    } catch (error) {
      return error;
    }
  };
  expect(refused(foreignFile({ layout: 'nhwc' }))).toMatchObject({ hint: 'Use --layout nhwc.' });
  expect(refused(foreignFile({ side: 224 }))).toMatchObject({ hint: 'Use --input-size 224.' });
});

it('names of the file cannot clash with those of the front', () => {
  const { bytes } = convertForeign(foreignFile(), statement);
  const names = decodeModel(bytes).graph.node?.map(({ output }) => output?.[0]) ?? [];
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name?.startsWith('net/'))).toHaveLength(5);
});

/**
 * A graph in an attribute of a node of a graph, and so on, which overflows the stack of a careless parser.
 */
function nested(depth: number): Uint8Array {
  const parts: number[][] = [];
  let length = 0;
  const tags = [0x32, 0x2a, 0x0a]; // attribute.g, node.attribute, graph.node
  for (let i = 0; i < depth; i++) {
    const part = [tags[i % 3]!, ...varint(length)];
    parts.push(part);
    length += part.length;
  }
  return Uint8Array.from([0x3a, ...varint(length), ...parts.reverse().flat()]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}
