import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseOnnxWeights } from '../../src/model/onnx/read-onnx.js';
import { lenet5 } from '../../src/model/networks/lenet5.js';
import { Registry, type ModelVersion } from '../../src/model/registry/registry.js';
import type { TrainingPlan } from '../../src/train/options.js';
import type { FromTraining } from '../../src/train/protocol.js';
import { runTraining, type TrainingRunOptions } from '../../src/train/run-training.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../model/engines/engines.js';
import { writeColourSet } from './colour-set.js';
import { smallPlan, TRAINING_ENTRY } from './training-plan.js';

const KILLED_ENTRY = new URL('./killed-training.mjs', import.meta.url);

describe.skipIf(!hasTensorflow)(`training in a separate process${NEEDS_TENSORFLOW}`, () => {
  let folder: string;
  let messages: FromTraining[];
  let whole: ModelVersion;

  const train = (plan: TrainingPlan, options: TrainingRunOptions = {}) => {
    messages = [];
    return runTraining(plan, {
      entry: TRAINING_ENTRY,
      ...options,
      onMessage: (message) => {
        messages.push(message);
        options.onMessage?.(message);
      },
    });
  };
  const modelOf = (plan: TrainingPlan) =>
    new Registry(plan.modelsDir, { cacheFolder: join(folder, 'cache') }).resolve('lenet5');
  const epochs = () => messages.filter((message) => message.type === 'epoch').map(({ record }) => record);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'smearwatch-train-'));
    await writeColourSet(join(folder, 'data'), 40);
    writeFileSync(join(folder, 'data', 'pink', 'broken.png'), 'no image');
    const plan = smallPlan(folder, { run: 'whole' });
    await train(plan);
    whole = await modelOf(plan);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('learns: the loss falls, and the test images are nearly all right', async () => {
    const plan = smallPlan(folder, { run: 'learns', recipe: { epochs: 16 } });
    const result = await train(plan);
    expect(result.shareRight).toBeGreaterThan(0.9);
    const [first, ...later] = epochs();
    expect(later.at(-1)!.trainingLoss).toBeLessThan(0.7 * first!.trainingLoss);
    expect(later.at(-1)!.quadraticLoss).toBeLessThan(first!.quadraticLoss);
  }, 120_000);

  it('gives the same weights for the same plan, and others for another seed', async () => {
    const again = smallPlan(folder, { run: 'again' });
    await train(again);
    expect((await modelOf(again)).manifest.weightsSha256).toBe(whole.manifest.weightsSha256);
    const other = smallPlan(folder, { run: 'other', recipe: { seed: 2 } });
    await train(other);
    expect((await modelOf(other)).manifest.weightsSha256).not.toBe(whole.manifest.weightsSha256);
  }, 120_000);

  it('resumes after Ctrl-C to the weights of an uninterrupted run', async () => {
    const plan = smallPlan(folder, { run: 'stopped' });
    const abort = new AbortController();
    const stopping = train(plan, {
      signal: abort.signal,
      onMessage: (message) => {
        if (message.type === 'progress' && message.epoch === 2) abort.abort();
      },
    });
    await expect(stopping).rejects.toMatchObject({
      code: 'training-stopped',
      message: expect.stringContaining('after 1 finished epochs') as string,
      hint: expect.stringContaining(plan.runDir) as string,
    });
    await train({ ...plan, resume: true });
    expect(messages.find((message) => message.type === 'prepared')).toMatchObject({ finishedEpochs: 1 });
    expect((await modelOf(plan)).manifest.weightsSha256).toBe(whole.manifest.weightsSha256);
  }, 120_000);

  it('resumes after kill -9 to the weights and the history of an uninterrupted run', async () => {
    const plan = smallPlan(folder, { run: 'killed' });
    await expect(train(plan, { entry: KILLED_ENTRY })).rejects.toMatchObject({
      code: 'training-died',
      message: expect.stringContaining('SIGKILL') as string,
    });
    expect(epochs().map(({ epoch }) => epoch)).toEqual([1, 2]);
    await train({ ...plan, resume: true });
    expect(epochs().map(({ epoch }) => epoch)).toEqual([3, 4]);
    const resumed = await modelOf(plan);
    expect(resumed.manifest.weightsSha256).toBe(whole.manifest.weightsSha256);
    const historyOf = ({ folder: at }: ModelVersion) => readFileSync(join(at, 'history.csv'), 'utf8');
    expect(historyOf(resumed)).toBe(historyOf(whole));
  }, 120_000);

  it('refuses to resume with other options, from a damaged checkpoint, and from none', async () => {
    const plan = smallPlan(folder, { run: 'refused', recipe: { epochs: 1 } });
    const resumed = { ...plan, resume: true };
    await expect(
      train({ ...smallPlan(folder, { run: 'whole' }), resume: true, runDir: plan.runDir }),
    ).rejects.toMatchObject({ code: 'data-split-foreign' });
    await train(plan);
    const foreign = { ...resumed, recipe: { ...plan.recipe, learningRate: 0.5 } };
    await expect(train(foreign)).rejects.toMatchObject({ code: 'checkpoint-foreign', kind: 'usage' });
    await expect(train({ ...resumed, precision: 'bfloat16' })).rejects.toMatchObject({
      code: 'checkpoint-foreign',
    });
    const checkpoint = join(plan.runDir, 'checkpoint.bin');
    truncateSync(checkpoint, 10_000);
    await expect(train(resumed)).rejects.toMatchObject({ code: 'checkpoint-damaged' });
    rmSync(checkpoint);
    await expect(train(resumed)).rejects.toMatchObject({ code: 'checkpoint-missing', kind: 'usage' });
  }, 120_000);

  it('keeps the best epoch by validation, and stops early without a better one', async () => {
    const plan = smallPlan(folder, {
      run: 'early',
      recipe: { epochs: 12, earlyStopping: 1, learningRate: 0.3, clipNorm: 0, schedule: 'constant' },
    });
    const result = await train(plan);
    const bestOf = epochs().reduce((best, next) => (next.quadraticLoss < best.quadraticLoss ? next : best));
    expect(result.epoch).toBe(bestOf.epoch);
    expect(epochs().length).toBeLessThan(12);
    expect(epochs().at(-1)!.epoch).toBe(result.epoch + 1);
  }, 120_000);

  it('records data, split, recipe, figures and left-out images, and a history line per iteration', () => {
    const { trainedOn, evaluation } = whole.manifest;
    expect(trainedOn).toMatchObject({
      data: {
        images: 120,
        perClass: { blue: 40, pink: 40, violet: 40 },
        leftOut: [{ file: 'pink/broken.png', reason: expect.stringContaining('not a PNG') as string }],
      },
      split: { by: 'image', testShare: 0.3, test: [12, 12, 12], sha256: expect.any(String) as string },
      recipe: { preset: 'default', seed: 1, batchSize: 16 },
      epochsTrained: 4,
    });
    expect(evaluation).toMatchObject({ on: 'test part of the split', images: 36 });
    const lines = readFileSync(join(whole.folder, 'history.csv'), 'utf8').trim().split('\n');
    // 120 images: 36 for the test, 9 for validation, 75 to train: 4 whole batches of 16.
    expect(lines).toHaveLength(1 + 4 * 4);
    expect(lines[0]).toBe('iteration,epoch,learningRate,loss,accuracy,quadraticLoss');
  });

  it('writes a model whose weights can be read back', () => {
    const weights = parseOnnxWeights(readFileSync(join(whole.folder, 'model.onnx')), lenet5());
    expect([...weights.values()].reduce((sum, { length }) => sum + length, 0)).toBe(61_411);
  });

  it('uses the split of another run, and refuses one of other images', async () => {
    const splitFile = join(folder, 'runs', 'whole', 'split.json');
    const plan = { ...smallPlan(folder, { run: 'shared', recipe: { seed: 9, epochs: 1 } }), splitFile };
    await train(plan);
    const partsOf = (path: string) => {
      const {
        train: a,
        validation: b,
        test: c,
      } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
      return [a, b, c];
    };
    expect(partsOf(join(plan.runDir, 'split.json'))).toEqual(partsOf(splitFile));
    const { split } = (await modelOf(plan)).manifest.trainedOn;
    expect(split).toEqual(whole.manifest.trainedOn['split']);
    await writeColourSet(join(folder, 'more'), 5);
    const other = { ...plan, dataDir: join(folder, 'more'), runDir: join(folder, 'runs', 'foreign') };
    await expect(train(other)).rejects.toMatchObject({ code: 'data-split-foreign', kind: 'usage' });
  }, 120_000);

  it('reports bad data before it loads TensorFlow, with its code', async () => {
    const plan = { ...smallPlan(folder, { run: 'bad' }), dataDir: join(folder, 'nowhere') };
    await expect(train(plan)).rejects.toMatchObject({ code: 'data-folder-unknown', kind: 'usage' });
    const four = smallPlan(folder, { run: 'four' });
    await expect(
      train({ ...four, network: { name: 'lenet5', options: { classes: 4 } } }),
    ).rejects.toMatchObject({ code: 'data-classes-differ' });
    expect(existsSync(join(four.modelsDir, 'lenet5'))).toBe(false);
  });

  it("keeps only TensorFlow's start messages from the terminal", async () => {
    let text = '';
    const stderr = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
    await train(smallPlan(folder, { run: 'quiet', recipe: { epochs: 1 } }), { stderr });
    expect(text).toBe('');
  }, 60_000);
});
