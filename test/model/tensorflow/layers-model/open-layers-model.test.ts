import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../../src/engine.js';
import { IMAGE_BYTES } from '../../../../src/images.js';
import { loadEngine } from '../../../../src/model/engines/load-engine.js';
import { importLayersModel } from '../../../../src/model/import/layers-model/import-layers-model.js';
import { loadTensorflow, type Tensorflow } from '../../../../src/model/tensorflow/load.js';
import { temporaryFolder } from '../../../fixtures/folders.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../../engines/engines.js';
import { statement } from '../../import/foreign.js';
import { kerasExport, write, type KerasOptions } from '../../import/layers-model/keras-export.js';
import { randomPixels } from '../../onnx/random-weights.js';

/** The folder of a LayersModel in the registry's form. */
async function registered(options: KerasOptions = {}, classes = ['a', 'b', 'c']): Promise<string> {
  const folder = temporaryFolder();
  const stated = {
    ...statement,
    classes,
    layout: undefined,
    inputSize: 64,
    outputIs: 'probabilities' as const,
  };
  await importLayersModel({ file: write(kerasExport(options)), folder, statement: stated });
  return folder;
}

describe.skipIf(!hasTensorflow)(`a registered LayersModel in the tfjs-node engine${NEEDS_TENSORFLOW}`, () => {
  let tf: Tensorflow;
  let engine: Engine;
  beforeAll(async () => {
    tf = await loadTensorflow();
    engine = await loadEngine('tfjs-node');
  });
  const open = (folder: string, classes = 3) =>
    engine.open(join(folder, 'model.json'), classes, { threads: 1 });

  it('gives an image the same result in any batch, and reads no further', async () => {
    const session = await open(await registered());
    const pixels = randomPixels(4);
    const together = await session.run(pixels, 4);
    for (let i = 0; i < 4; i++) {
      const alone = await session.run(pixels.subarray(i * IMAGE_BYTES), 1);
      expect(alone).toHaveLength(3);
      [...alone].forEach((value, k) => expect(value).toBeCloseTo(together[i * 3 + k]!, 6));
    }
    await session.close();
  });

  it('holds no more tensors after 20 batches than after one, and none after it is closed', async () => {
    const before = tf.memory().numTensors;
    const session = await open(await registered());
    await session.run(randomPixels(2), 2);
    const after = tf.memory().numTensors;
    for (let batch = 0; batch < 20; batch++) await session.run(randomPixels(2), 2);
    expect(tf.memory().numTensors).toBe(after);
    await session.close();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is independent of another one whose layers have the same names', async () => {
    const [first, second] = [
      await open(await registered()),
      await open(await registered({ classes: 4 }, ['a', 'b', 'c', 'd']), 4),
    ];
    const before = await first.run(randomPixels(1), 1);
    expect(await second.run(randomPixels(1), 1)).toHaveLength(4);
    await second.close();
    expect(await first.run(randomPixels(1), 1)).toEqual(before);
    await first.close();
  });

  it('fails with a code when pixels are missing, and after the session is closed', async () => {
    const session = await open(await registered());
    const failure = { name: 'SmearwatchError', code: 'inference-failed' };
    await expect(session.run(new Uint8Array(IMAGE_BYTES), 2)).rejects.toMatchObject(failure);
    await session.close();
    await session.close();
    await expect(session.run(new Uint8Array(IMAGE_BYTES), 1)).rejects.toMatchObject(failure);
  });

  const changeJson = (folder: string, change: (text: string) => string): void => {
    const file = join(folder, 'model.json');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };

  it.each<[string, (folder: string) => void, string]>([
    [
      'other weights than it names',
      (folder) => {
        const bytes = readFileSync(join(folder, 'weights.bin'));
        bytes[7]! ^= 1;
        writeFileSync(join(folder, 'weights.bin'), bytes);
      },
      'and its model.json names',
    ],
    [
      'weights that are missing',
      (folder) => rmSync(join(folder, 'weights.bin')),
      'weights.bin cannot be read',
    ],
    ['truncated JSON', (folder) => changeJson(folder, (text) => text.slice(0, -9)), 'is not a LayersModel'],
    [
      'a network that TensorFlow does not know',
      (folder) =>
        changeJson(folder, (text) => text.replace('"class_name":"ReLU"', '"class_name":"NoSuchLayer"')),
      'cannot be loaded by TensorFlow: Unknown layer: NoSuchLayer',
    ],
    [
      'no contract, as in a foreign file',
      (folder) => changeJson(folder, () => JSON.stringify(kerasExport().json)),
      'is not a LayersModel that models import wrote',
    ],
    [
      'a contract of the future',
      (folder) => changeJson(folder, (text) => text.replace('"version":1', '"version":2')),
      'userDefinedMetadata.smearwatch.version',
    ],
  ])('is refused with %s', async (_what, damage, message) => {
    const folder = await registered();
    damage(folder);
    const before = tf.memory().numTensors;
    await expect(open(folder)).rejects.toMatchObject({
      name: 'SmearwatchError',
      code: 'model-unloadable',
      message: expect.stringContaining(message) as string,
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused when it gives another number of values than there are classes', async () => {
    const folder = await registered();
    const before = tf.memory().numTensors;
    await expect(open(folder, 4)).rejects.toMatchObject({
      code: 'model-unloadable',
      message: expect.stringContaining('it gives 3 values per image, not 4') as string,
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused by ONNX Runtime with its path', async () => {
    const file = join(await registered(), 'model.json');
    const onnxruntime = await loadEngine('onnxruntime');
    await expect(onnxruntime.open(file, 3, { threads: 1 })).rejects.toMatchObject({
      code: 'model-unloadable',
      message: expect.stringContaining(file) as string,
    });
  });
});
