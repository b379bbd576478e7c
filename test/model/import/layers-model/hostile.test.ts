import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importLayersModel } from '../../../../src/model/import/layers-model/import-layers-model.js';
import { temporaryFolder } from '../../../fixtures/folders.js';
import { statement } from '../foreign.js';
import {
  changed,
  kerasExport,
  layer,
  layerAt,
  layersOf,
  write,
  type KerasJson,
  type SavedModel,
} from './keras-export.js';

/** Imports a file without TensorFlow: a file that reaches TensorFlow has passed all checks. */
async function importing(file: string): Promise<unknown> {
  const folder = temporaryFolder();
  const stated = { ...statement, layout: undefined, inputSize: 64 };
  const options = { env: { SMEARWATCH_CACHE: '/nowhere' }, own: undefined };
  const error: unknown = await importLayersModel({ file, folder, statement: stated }, options).catch(
    (thrown: unknown) => thrown,
  );
  expect(readdirSync(folder)).toEqual([]);
  return error;
}

const refusal = (code: string, message: string): object => ({
  name: 'SmearwatchError',
  code,
  message: expect.stringContaining(message) as string,
  hint: expect.any(String) as string,
});

it('a valid file passes all checks before TensorFlow', async () => {
  expect(await importing(write(kerasExport()))).toMatchObject({ code: 'engine-unavailable' });
});

it.each([
  ['with a byte order mark', (text: string) => `\uFEFF${text}`],
  [
    'without its format, as old converters write',
    (text: string) => text.replace('"format":"layers-model",', ''),
  ],
])('and so does one %s', async (_what, change) => {
  const { json, shards } = kerasExport();
  const file = write({ json: change(JSON.stringify(json)), shards });
  expect(await importing(file)).toMatchObject({ code: 'engine-unavailable' });
});

const modelOf = ({ modelTopology }: KerasJson) => modelTopology.model_config;
const groupOf = ({ weightsManifest }: KerasJson) => weightsManifest[0]!;
const weightAt = (json: KerasJson, index: number) => groupOf(json).weights[index]!;
const replaced = (index: number, config: object, class_name?: string) =>
  changed((json) => {
    const found = layerAt(json, index);
    Object.assign(found.config, config);
    if (class_name !== undefined) found.class_name = class_name;
  });

describe('refused because of its content:', () => {
  it.each<[string, SavedModel, string, string]>([
    [
      'a GraphModel',
      changed((json) => {
        Object.assign(json, { format: 'graph-model', modelTopology: { node: [], library: {} } });
      }),
      'import-unsupported',
      'it is a tfjs GraphModel',
    ],
    [
      'an old GraphModel, without its format',
      changed((json) => {
        Object.assign(json, {
          format: undefined,
          modelTopology: { node: [{ name: 'x', op: 'Placeholder' }] },
        });
      }),
      'import-unsupported',
      'it is a tfjs GraphModel',
    ],
    [
      'another format',
      changed((json) => (json.format = 'tflite')),
      'import-unsupported',
      'its format is "tflite"',
    ],
    [
      'JSON of something else',
      { json: { name: 'package' }, shards: {} },
      'import-unreadable',
      'has no modelTopology',
    ],
    [
      'a model of another kind',
      changed((json) => (modelOf(json).class_name = 'MyModel')),
      'import-unsupported',
      'its model is of the kind "MyModel"',
    ],
    [
      'a custom layer',
      replaced(3, {}, 'SquareRoot'),
      'import-unsupported',
      'the layer "re_lu" is of the kind "SquareRoot"',
    ],
    [
      'a layer of ours, which is not allowed in a foreign file',
      replaced(3, {}, 'SmearwatchFront'),
      'import-unsupported',
      'the kind "SmearwatchFront"',
    ],
    ['a recurrent layer', replaced(3, {}, 'LSTM'), 'import-unsupported', 'the kind "LSTM"'],
    ['a Lambda', replaced(3, {}, 'Lambda'), 'import-unsupported', 'the layer "re_lu" is a Lambda'],
    [
      'a Lambda in a model in the model',
      replaced(3, { layers: [layer('Lambda', 'hidden', { function: ['4wEAAAA='] })] }, 'Sequential'),
      'import-unsupported',
      'the layer "hidden" is a Lambda',
    ],
    [
      'Keras 3, by its input',
      changed((json) => {
        const { config } = layerAt(json, 0);
        config['batch_shape'] = config['batch_input_shape'];
        delete config['batch_input_shape'];
      }),
      'import-unsupported',
      'written by Keras 3',
    ],
    [
      'Keras 3, by its nodes',
      changed((json) => (layerAt(json, 1).inbound_nodes = [{ args: [{ class_name: '__keras_tensor__' }] }])),
      'import-unsupported',
      'written by Keras 3',
    ],
    [
      'two inputs',
      changed((json) => modelOf(json).config.input_layers.push(['input_2', 0, 0])),
      'import-input',
      'it has 2 inputs: "input_1", "input_2"',
    ],
    [
      'two outputs',
      changed((json) => modelOf(json).config.output_layers.push(['re_lu', 0, 0])),
      'import-output',
      'it has 2 outputs: "dense", "re_lu"',
    ],
    [
      'a Sequential without the shape of its input',
      changed((json) => {
        modelOf(json).class_name = 'Sequential';
        layersOf(json).shift();
      }),
      'import-input',
      'first layer does not state the shape of its input',
    ],
    [
      'a topology without layers',
      changed((json) => (modelOf(json).config.layers = [])),
      'import-unreadable',
      'Functional.layers',
    ],
    [
      'a layer without a name',
      changed((json) => delete layerAt(json, 2).config['name']),
      'import-unreadable',
      'Functional.layers.2.config.name',
    ],
    [
      'weights that are quantised',
      changed((json) => (weightAt(json, 0).quantization = { dtype: 'uint8', scale: 0.1, min: -1 })),
      'import-unsupported',
      'its weight "conv2d/kernel" is quantised',
    ],
    [
      'weights of half precision',
      changed((json) => (weightAt(json, 1).dtype = 'float16')),
      'import-unsupported',
      'its weight "batch_normalization/gamma" is of "float16"',
    ],
    [
      'a weight twice',
      changed((json) => groupOf(json).weights.push(weightAt(json, 8))),
      'import-unreadable',
      'names "dense/bias" twice',
    ],
    [
      'no weights',
      changed((json) => Reflect.deleteProperty(json, 'weightsManifest')),
      'import-unreadable',
      'weightsManifest: ',
    ],
  ])('%s', async (_what, saved, code, message) => {
    expect(await importing(write(saved))).toMatchObject(refusal(code, message));
  });
});

describe('refused because of its weight files:', () => {
  it.each<[string, SavedModel, string]>([
    [
      'one that is missing',
      changed((_json, shards) => delete shards['group1-shard2of2.bin']),
      'its weights file "group1-shard2of2.bin" is missing',
    ],
    [
      'one that is truncated',
      changed(
        (_json, shards) => (shards['group1-shard2of2.bin'] = shards['group1-shard2of2.bin']!.subarray(4)),
      ),
      'its weights have 1484 bytes, and "group1-shard1of2.bin", "group1-shard2of2.bin" hold 1480',
    ],
    [
      'one that is too long',
      changed((_json, shards) => (shards['group1-shard2of2.bin'] = new Uint8Array(100_000))),
      '"group1-shard2of2.bin" hold more',
    ],
    [
      'one that is empty',
      changed((_json, shards) => (shards['group1-shard1of2.bin'] = new Uint8Array())),
      'hold 483: one is truncated',
    ],
    [
      'one that is not named',
      changed((json) => groupOf(json).paths.pop()),
      'its weights have 1484 bytes, and "group1-shard1of2.bin" hold 1001',
    ],
    [
      'one that is named twice',
      changed((json) => groupOf(json).paths.push('group1-shard1of2.bin')),
      'hold more',
    ],
    [
      'values that are not finite',
      changed((_json, shards) => {
        const first = Buffer.from(shards['group1-shard1of2.bin']!);
        first.writeFloatLE(-Infinity, 400);
        shards['group1-shard1of2.bin'] = first;
      }),
      'its weight "conv2d/kernel" has values that are not finite',
    ],
  ])('%s', async (_what, saved, message) => {
    expect(await importing(write(saved))).toMatchObject(refusal('import-unreadable', message));
  });

  it.each([
    '../secret.bin',
    '/etc/passwd',
    'inner/secret.bin',
    './../secret.bin',
    '..\\secret.bin',
    'C:secret.bin',
    'file:///etc/passwd',
    'https://example.org/group1-shard1of1.bin',
    'a\0.bin',
    '..',
    '.',
    './',
    '',
  ])('the path %j, which is not opened either', async (path) => {
    const saved = changed((json) => (groupOf(json).paths = [path]));
    const folder = temporaryFolder();
    const file = write(saved, join(folder, 'web'));
    const whole = Buffer.concat(Object.values(saved.shards));
    mkdirSync(join(folder, 'web', 'inner'));
    for (const place of ['secret.bin', 'web/inner/secret.bin', 'web/..\\secret.bin', 'web/C:secret.bin']) {
      writeFileSync(join(folder, place), whole);
    }
    expect(await importing(file)).toMatchObject(
      refusal('import-unsupported', 'only files in its own folder are read'),
    );
  });

  it('a link, which could lead anywhere', async () => {
    const saved = changed((json) => (groupOf(json).paths = ['link.bin']));
    const file = write(saved);
    const outside = join(temporaryFolder(), 'outside.bin');
    writeFileSync(outside, Buffer.concat(Object.values(saved.shards)));
    symlinkSync(outside, join(dirname(file), 'link.bin'));
    expect(await importing(file)).toMatchObject(refusal('import-unreadable', '"link.bin" is a link'));
  });

  it('a folder, and a pipe whose other end is never opened', async () => {
    const saved = changed((json) => (groupOf(json).paths = ['thing']));
    const [first, second] = [write(saved), write(saved)];
    mkdirSync(join(dirname(first), 'thing'));
    execFileSync('mkfifo', [join(dirname(second), 'thing')]);
    for (const file of [first, second]) {
      expect(await importing(file)).toMatchObject(refusal('import-unreadable', '"thing" is not a file'));
    }
  });
});

/** Names that a plain object already has, which would be read or written instead of its own ones. */
const INHERITED = ['__proto__', 'constructor', 'prototype', 'toString', 'to_string', 'hasOwnProperty'];

describe('refused because it is malicious:', () => {
  it.each<[string, string]>([
    ['arrays in arrays', `{"format":"layers-model","modelTopology":${'['.repeat(1e6)}${']'.repeat(1e6)}}`],
    ['objects in objects', `{"modelTopology":${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}}`],
    [
      'models in models',
      JSON.stringify(kerasExport().json).replace(
        /"layers":\[/,
        `"layers":[${'{"class_name":"Sequential","config":{"layers":['.repeat(200)}${']}}'.repeat(200)},`,
      ),
    ],
  ])('%s', async (_what, json) => {
    expect(await importing(write({ json, shards: {} }))).toMatchObject(
      refusal('import-unreadable', 'nested more than 100 levels deep'),
    );
  });

  it('more than 16 MiB of JSON', async () => {
    const json = `{"modelTopology":"${'x'.repeat(1 << 24)}"}`;
    expect(await importing(write({ json, shards: {} }))).toMatchObject(
      refusal('import-unreadable', '16777216 are allowed'),
    );
  });

  it('truncated JSON', async () => {
    const json = JSON.stringify(kerasExport().json).slice(0, -10);
    expect(await importing(write({ json, shards: {} }))).toMatchObject(
      refusal('import-unreadable', 'it begins like JSON but cannot be parsed'),
    );
  });

  const places: [string, (name: string) => string][] = [
    ['a key', (name) => `"momentum":0.99,"${name}":{"polluted":true}`],
    ['an option', (name) => `"momentum":"${name}"`],
  ];
  it.each(INHERITED.flatMap((name) => places.map(([place, of]) => [name, place, of] as const)))(
    'the name %s as %s',
    async (name, _place, of) => {
      const json = JSON.stringify(kerasExport().json).replace('"momentum":0.99', of(name));
      expect(await importing(write({ json, shards: {} }))).toMatchObject(
        refusal('import-unreadable', `it has the name "${name}"`),
      );
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it.each<[string, SavedModel, string, string]>([
    [
      'a layer of that name',
      replaced(3, {}, 'constructor'),
      'import-unreadable',
      'it has the name "constructor"',
    ],
    [
      'a weight of that name',
      changed((json) => (weightAt(json, 0).name = '__proto__')),
      'import-unreadable',
      'it has the name "__proto__"',
    ],
    [
      'a billion units',
      replaced(7, { units: 1e9 }),
      'import-unsupported',
      'the layer Dense "dense" has units 1000000000',
    ],
    ['endless units', replaced(7, { units: '1e999' }), 'import-unsupported', 'has units Infinity'],
    [
      'a huge shape',
      replaced(3, { target_shape: [1 << 30, 1 << 30] }, 'Reshape'),
      'import-unsupported',
      'has target_shape 1073741824',
    ],
    [
      'a huge input',
      replaced(0, { batch_input_shape: [null, 1e12, 64, 3] }),
      'import-unsupported',
      'has batch_input_shape 1000000000000',
    ],
    [
      'weights of a petabyte',
      changed((json) => (weightAt(json, 0).shape = [1e9, 1e6])),
      'import-unsupported',
      'bytes of weights, and 1073741824 are allowed',
    ],
    [
      'a weight of a negative size',
      changed((json) => (weightAt(json, 2).shape = [-4])),
      'import-unreadable',
      'weightsManifest.0.weights.2.shape.0',
    ],
    [
      'a weight of half a value',
      changed((json) => (weightAt(json, 2).shape = [0.5])),
      'import-unreadable',
      'weightsManifest.0.weights.2.shape.0',
    ],
    [
      'too many layers',
      changed((json) => {
        const more = Array.from({ length: 2000 }, (_, index) => layer('ReLU', `r${index}`, {}));
        layersOf(json).push(...more);
      }),
      'import-unsupported',
      'it has more than 2000 layers',
    ],
    [
      'a cycle of layers',
      changed((json) => (layerAt(json, 1).inbound_nodes = [[['re_lu', 0, 0, {}]]])),
      'import-unreadable',
      'the layer "conv2d" takes outputs that are never computed, from "re_lu"',
    ],
    [
      'a layer behind one that does not exist',
      changed((json) => (layerAt(json, 4).inbound_nodes = [[['missing', 0, 0, {}]]])),
      'import-unreadable',
      'takes outputs that are never computed, from "missing"',
    ],
    [
      'a layer behind a second use that does not exist',
      changed((json) => (layerAt(json, 4).inbound_nodes = [[['re_lu', 1, 0, {}]]])),
      'import-unreadable',
      'takes outputs that are never computed, from "re_lu"',
    ],
    [
      'two layers of one name',
      changed((json) => {
        layerAt(json, 3).name = 'conv2d';
        layerAt(json, 3).config['name'] = 'conv2d';
      }),
      'import-unreadable',
      'two of its layers have the same name',
    ],
    [
      'a layer of two names',
      changed((json) => (layerAt(json, 3).name = 'alias')),
      'import-unreadable',
      'the layer "alias" is called "re_lu" in its own options',
    ],
    [
      'a name with terminal control characters',
      replaced(3, {}, `\u001b[2J${'x'.repeat(1000)}`),
      'import-unsupported',
      'is of the kind "\\u001b[2Jxxx',
    ],
  ])('%s', async (_what, { json, shards }, code, message) => {
    const text = JSON.stringify(json).replaceAll('"1e999"', '1e999');
    const error = (await importing(write({ json: text, shards }))) as Error;
    expect(error).toMatchObject(refusal(code, message));
    expect(error.message.length).toBeLessThan(400);
  });
});
