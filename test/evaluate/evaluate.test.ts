import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'csv-parse/sync';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readReference } from '../../src/quality/drift/reference.js';
import { summarize } from '../../src/evaluate/summarize.js';
import { generatedMetricsFiles } from '../../scripts/generated/metrics-schema.js';
import type { LabelledPrediction } from '../../src/evaluate/labelled-prediction.js';
import { CELL_CLASSES } from '../../src/images.js';
import { contentHash } from '../../src/dataset/content-hash.js';
import { readLabelledFolder } from '../../src/dataset/labelled-folder.js';
import { splitText } from '../../src/dataset/split-file.js';
import { splitImages } from '../../src/dataset/split.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { digestBytes } from '../../src/files/digest-file.js';
import { SHIPPED_REGISTRY } from '../../src/model/registry/in-use.js';
import { smearPng } from '../fixtures/images.js';
import { addLeNet5, use } from '../fixtures/registry.js';
import { Cells, leftOutOf } from './cells.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NAMES = [...CELL_CLASSES];

function withLedger<T>(cells: Cells, read: (ledger: Ledger) => T): T {
  const ledger = Ledger.visit(join(cells.out, 'ledger'));
  try {
    return read(ledger);
  } finally {
    ledger.close();
  }
}

/** Another program that writes to the evaluation's ledger, and does not end. */
function holdLedger(cells: Cells): DatabaseSyncInstance {
  const database = new DatabaseSync(join(cells.out, 'ledger/ledger.sqlite'));
  database.exec('BEGIN IMMEDIATE');
  return database;
}

it.each(Object.entries(generatedMetricsFiles()))('%s is up to date', (path, content) => {
  expect(readFileSync(`${root}${path}`, 'utf8'), 'out of date: run `npm run generate`').toBe(content);
});

describe('with the models that ship', () => {
  it('the figures are those of the results in the ledger, and every file is written', async () => {
    const cells = await Cells.make(13);
    await cells.add('lymphocyte/other-size.png', 900);
    // Unpacked into the user's cache, so that AlexNet's 228 MB are not unpacked for every test.
    const models = { use: use('alexnet@1', 'lenet5@1'), registry: SHIPPED_REGISTRY };
    const { metrics } = await cells.evaluate({ config: { ...cells.config(), models } });

    const predictionsOf = (model: number): LabelledPrediction[] =>
      withLedger(cells, (ledger) =>
        [...ledger.browse.files('labelled')].map(({ path, sha256, record }) => ({
          file: path,
          sha256: sha256!,
          label: NAMES.findIndex((name) => path.startsWith(`${name}/`)),
          group: '',
          by: '',
          probabilities: NAMES.map((name) => record!.models[model]!.probabilities[name]!),
        })),
      );
    expect(metrics.models.map(({ name, all }) => [name, all])).toEqual([
      ['alexnet', summarize(predictionsOf(0), NAMES)],
      ['lenet5', summarize(predictionsOf(1), NAMES)],
    ]);
    expect(metrics).toMatchObject({
      data: { images: 40, perClass: { lymphocyte: 14 }, part: 'all', leftOut: [] },
      throughput: { images: 40, workers: 1 },
      comparisons: [{ first: 'alexnet@1', second: 'lenet5@1' }],
    });
    expect(JSON.parse(readFileSync(join(cells.out, 'metrics.json'), 'utf8'))).toEqual(metrics);
    const schema = JSON.parse(readFileSync(`${root}config/metrics.schema.json`, 'utf8')) as object;
    const validate = new Ajv2020({ validateFormats: false }).compile(schema);
    expect(validate(metrics), JSON.stringify(validate.errors)).toBe(true);
    const rows = parse(readFileSync(join(cells.out, 'predictions.csv')), { columns: true });
    expect(rows).toHaveLength(40);
    expect(readFileSync(join(cells.out, 'report.html'), 'utf8')).toContain('alexnet@1');
    const reference = await readReference(join(cells.out, 'reference.json'));
    expect(reference.looks?.images).toBe(40);
    expect(reference.models.map(({ name, images }) => [name, images])).toEqual([
      ['alexnet', 40],
      ['lenet5', 40],
    ]);
  });
});

describe('the labelled folder', () => {
  it('every image that is in no figure is named with its reason', async () => {
    const cells = await Cells.make(2);
    const same = await smearPng(0);
    cells.put('top.png', same);
    cells.put('lymphocyte/slide-7/deep.png', same);
    cells.put('Lymphocyte/odd.png', same);
    cells.put('normal-monocyte/again.png', same);
    cells.put('abnormal-monocyte/twin.png', await smearPng(90));
    cells.put('lymphocyte/twin.png', await smearPng(90));
    cells.put('lymphocyte/cut.png', same.subarray(0, 400));
    cells.put('lymphocyte/no-image.gif', 'GIF89a');
    cells.put('lymphocyte/notes.txt', 'no image by its name');
    symlinkSync(join(cells.folder, 'normal-monocyte', '1.png'), join(cells.folder, 'lymphocyte', 'link.png'));
    symlinkSync(cells.root, join(cells.folder, 'elsewhere'));
    const { metrics } = await cells.evaluate();
    expect(leftOutOf(metrics)).toEqual([
      'Lymphocyte/odd.png unknown-class',
      'abnormal-monocyte/twin.png contradictory',
      'elsewhere unreadable',
      'lymphocyte/cut.png unreadable',
      'lymphocyte/link.png unreadable',
      'lymphocyte/no-image.gif unreadable',
      'lymphocyte/slide-7/deep.png unlabelled',
      'lymphocyte/twin.png contradictory',
      'normal-monocyte/again.png duplicate',
      'top.png unlabelled',
    ]);
    const reasonOf = (file: string) => metrics.data.leftOut.find((each) => each.file === file)?.reason;
    expect(reasonOf('normal-monocyte/again.png')).toContain('normal-monocyte/0.png');
    expect(reasonOf('lymphocyte/twin.png')).toContain('abnormal-monocyte/twin.png');
    expect(reasonOf('abnormal-monocyte/twin.png')).toContain('lymphocyte/twin.png');
    expect(metrics.data.images).toBe(6);
  });

  it('contradictions of the manifest are named; an image that it does not name counts', async () => {
    const cells = await Cells.make(1);
    cells.manifest(
      'lymphocyte/0.png,normal-monocyte,a,p1',
      'normal-monocyte/0.png,normal-monocyte,a,p1',
      'normal-monocyte/gone.png,normal-monocyte,a,p1',
    );
    const { metrics, notes } = await cells.evaluate();
    expect(leftOutOf(metrics)).toEqual([
      'lymphocyte/0.png contradictory',
      'normal-monocyte/gone.png unreadable',
    ]);
    expect(metrics.data.images).toBe(2);
    expect(notes.join()).toContain('manifest.csv does not name 1 image (abnormal-monocyte/0.png)');
  });

  it('an evaluation without a readable image has no figures, and reports why', async () => {
    const cells = await Cells.make(0);
    cells.put('lymphocyte/a.png', 'not an image');
    const { metrics } = await cells.evaluate();
    expect(metrics.data.images).toBe(0);
    expect(leftOutOf(metrics)).toEqual(['lymphocyte/a.png unreadable']);
    expect(metrics.models[0]?.all.shareRight.value).toBeNull();
  });

  it.each([
    ['is not there', 'data-folder-unknown', (cells: Cells) => rmSync(cells.folder, { recursive: true })],
    [
      'has no image in a class of the models',
      'evaluation-data-empty',
      (cells: Cells) => NAMES.forEach((name) => rmSync(join(cells.folder, name), { recursive: true })),
    ],
  ])('one that %s is refused', async (_what, code, spoil) => {
    const cells = await Cells.make(1);
    spoil(cells);
    await expect(cells.evaluate()).rejects.toMatchObject({ code, kind: 'usage' });
    expect(existsSync(cells.out)).toBe(false);
  });
});

describe('by a column of the manifest', () => {
  it('figures are computed for each of its values, and groups are known', async () => {
    const cells = await Cells.make(2);
    cells.manifest(
      ...NAMES.flatMap((name) => [`${name}/0.png,${name},Leipzig,p1`, `${name}/1.png,${name},Munich,p1`]),
    );
    const { metrics } = await cells.evaluate({ by: 'source' });
    const [model] = metrics.models;
    expect(Object.keys(model!.by)).toEqual(['Leipzig', 'Munich']);
    expect(model!.by['Munich']!.images).toBe(3);
    // Two hospitals that both have a patient 1 have two patients.
    expect(metrics.data).toMatchObject({ by: 'source', groups: 2 });
  });

  it('an image without a value is one of "unknown"', async () => {
    const cells = await Cells.make(1);
    cells.manifest('lymphocyte/0.png,lymphocyte,Leipzig,');
    const { metrics } = await cells.evaluate({ by: 'source' });
    expect(Object.keys(metrics.models[0]!.by)).toEqual(['Leipzig', 'unknown']);
  });

  it('without a manifest, or without the column, is refused', async () => {
    const cells = await Cells.make(1);
    const refused = { code: 'evaluation-by-unknown', kind: 'usage' };
    await expect(cells.evaluate({ by: 'source' })).rejects.toMatchObject(refused);
    cells.manifest('lymphocyte/0.png,lymphocyte,Leipzig,');
    await expect(cells.evaluate({ by: 'hospital' })).rejects.toMatchObject({
      ...refused,
      hint: 'It has: class, source, group.',
    });
  });
});

describe('with a split', () => {
  const PARTS = {
    train: ['lymphocyte/0.png', 'normal-monocyte/0.png'],
    test: ['lymphocyte/1.png', 'normal-monocyte/1.png', 'abnormal-monocyte/1.png'],
  };

  it('only its test part is evaluated, found by its bytes', async () => {
    const cells = await Cells.make(2);
    const splitFile = cells.split(PARTS);
    renameSync(join(cells.folder, 'lymphocyte/1.png'), join(cells.folder, 'lymphocyte/renamed.png'));
    const { metrics, notes } = await cells.evaluate({ splitFile });
    expect(metrics.data).toMatchObject({
      part: 'test',
      images: 3,
      splitSha256: digestBytes(readFileSync(splitFile)).sha256,
      leftOut: [],
    });
    const files = withLedger(cells, (ledger) => [...ledger.browse.files('labelled')].map(({ path }) => path));
    expect(files.sort()).toEqual([
      'abnormal-monocyte/1.png',
      'lymphocyte/renamed.png',
      'normal-monocyte/1.png',
    ]);
    expect(notes.join()).toContain('does not name 1 image (abnormal-monocyte/0.png)');
  });

  it('its images that are missing or have changed are named', async () => {
    const cells = await Cells.make(2);
    const splitFile = cells.split(PARTS);
    rmSync(join(cells.folder, 'lymphocyte/1.png'));
    await cells.add('normal-monocyte/1.png', 99);
    const { metrics } = await cells.evaluate({ splitFile });
    expect(metrics.data.images).toBe(1);
    expect(metrics.data.leftOut).toMatchObject([
      { file: 'lymphocyte/1.png', reason: 'The split names it, but it is not there' },
      { file: 'normal-monocyte/1.png', reason: 'It has changed since the split was made' },
    ]);
  });

  it('another part can be chosen, with a warning if a model has learnt it', async () => {
    const cells = await Cells.make(2);
    const { metrics, notes } = await cells.evaluate({ splitFile: cells.split(PARTS), part: 'train' });
    expect(metrics.data).toMatchObject({ part: 'train', images: 2 });
    expect(notes.join()).toContain('WARNING');
  });

  it('of another folder, none of whose images is here, is refused', async () => {
    const [cells, others] = [await Cells.make(1), await Cells.make(0)];
    await others.add('lymphocyte/a.png', 77);
    const splitFile = others.split({ test: ['lymphocyte/a.png'] });
    await expect(cells.evaluate({ splitFile })).rejects.toMatchObject({ code: 'evaluation-data-empty' });
  });

  it('a part without a split is refused', async () => {
    const cells = await Cells.make(1);
    await expect(cells.evaluate({ part: 'test' })).rejects.toMatchObject({
      code: 'evaluation-split-unknown',
      kind: 'usage',
    });
  });
});

describe('on the folder that a model was trained on', () => {
  async function trained(): Promise<Cells> {
    const cells = await Cells.make(10);
    const { files } = await readLabelledFolder(cells.folder);
    const images = files.map((file) => ({ ...file, sha256: cells.sha256(file.file) }));
    const options = { by: 'image', testShare: 0.3, validationShare: 0.1, seed: 5 } as const;
    const split = splitImages(images, options);
    const trainedOn = {
      data: { images: images.length, sha256: contentHash(images), leftOut: [] },
      split: { ...options, sha256: digestBytes(Buffer.from(splitText(split, options))).sha256 },
      recipe: { seed: 5 },
    };
    await addLeNet5(cells.registry, 2, { name: 'learnt', trainedOn });
    return cells;
  }

  it('only the test part of its training is evaluated, with a note', async () => {
    const cells = await trained();
    const { metrics, notes } = await cells.evaluate(cells.plan({}, ['lenet5', 'learnt']));
    expect(metrics.data).toMatchObject({ part: 'test', images: 9 });
    expect(metrics.data.splitSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(notes.join()).toContain('learnt@1: trained on this folder. Evaluated are the 9 of 30 images');
  });

  it('all images are evaluated when that is asked for, with a warning', async () => {
    const cells = await trained();
    const { metrics, notes } = await cells.evaluate(cells.plan({ part: 'all' }, ['learnt']));
    expect(metrics.data).toMatchObject({ part: 'all', images: 30 });
    expect(notes.join()).toContain('WARNING: learnt@1 was trained on most of these');
  });

  it('a folder with a changed image counts as another folder', async () => {
    const cells = await trained();
    await cells.add('lymphocyte/3.png', 500);
    const { metrics } = await cells.evaluate(cells.plan({}, ['learnt']));
    expect(metrics.data).toMatchObject({ part: 'all', images: 30 });
  });
});

describe('several models', () => {
  it('their classes may have another order', async () => {
    const cells = await Cells.make(2);
    await addLeNet5(cells.registry, 1, { name: 'turned', classes: [...NAMES].reverse() });
    const { metrics } = await cells.evaluate(cells.plan({}, ['lenet5', 'turned']));
    const [first, turned] = metrics.models.map(({ all }) => all.confusion);
    // The same weights with the outputs' names exchanged: one model's normal monocyte is the other's
    // lymphocyte.
    expect(turned!.map((row) => [...row].reverse())).toEqual(first);
    expect(metrics.data.classes).toEqual(NAMES);
  });

  it.each([
    ['of different classes', ['lenet5', 'other'], { code: 'models-incompatible', kind: 'configuration' }],
    [
      'that are the same one twice',
      ['lenet5', 'lenet5@1'],
      { code: 'models-repeated', kind: 'configuration' },
    ],
    ['that are not there', ['lenet5', 'none'], { code: 'model-unknown', kind: 'usage' }],
  ])('%s are refused', async (_what, models, refused) => {
    const cells = await Cells.make(1);
    await addLeNet5(cells.registry, 1, { name: 'other', classes: ['a', 'b', 'c'] });
    await expect(cells.evaluate(cells.plan({}, models))).rejects.toMatchObject(refused);
  });
});

describe('an evaluation that was interrupted', () => {
  it('continues where it stopped, and classifies nothing twice', async () => {
    const cells = await Cells.make(14);
    const controller = new AbortController();
    const stop = cells.evaluate(
      {},
      {
        signal: controller.signal,
        onProgress: ({ stage, done }) => {
          if (stage === 'classifying' && done >= 8) controller.abort(new Error('Interrupted by SIGINT'));
        },
      },
    );
    await expect(stop).rejects.toMatchObject({
      code: 'interrupted',
      hint: `To continue, give the same options to \`smearwatch evaluate --out ${cells.out}\`.`,
    });
    const before = withLedger(cells, (ledger) => ledger.queue.counts());
    expect(before).toMatchObject({ running: 0 });
    const { metrics } = await cells.evaluate();
    expect(metrics.data.images).toBe(42);
    expect(metrics.throughput.images).toBe(42 - before.done);
  });

  it('by a ledger that cannot be written reports that, and continues when it can be written', async () => {
    const cells = await Cells.make(14);
    const config = { ...cells.config(), pipeline: { ...cells.config().pipeline, batchSize: 4 } };
    let holder: DatabaseSyncInstance | undefined;
    onTestFinished(() => holder?.close());
    const refused = cells.evaluate(
      { config },
      {
        onProgress: ({ stage, done }) => {
          if (stage === 'classifying' && done >= 8) holder ??= holdLedger(cells);
        },
      },
    );
    await expect(refused).rejects.toMatchObject({
      code: 'evaluation-ledger-unwritable',
      message: expect.stringContaining('database is locked') as string,
    });
    holder?.exec('COMMIT');
    expect((await cells.evaluate({ config })).metrics.data.images).toBe(42);
  }, 120_000);

  it('and had finished is only measured again', async () => {
    const cells = await Cells.make(2);
    const first = await cells.evaluate();
    const again = await cells.evaluate();
    expect({ ...again.metrics, finishedAt: first.metrics.finishedAt }).toEqual(first.metrics);
  });

  it.each([
    ['other models', (cells: Cells) => addLeNet5(cells.registry, 7), /its models are lenet5@1/],
    [
      'other images',
      (cells: Cells) => cells.add('lymphocyte/new.png', 70),
      /its number of images is 3, not 4/,
    ],
    [
      'changed images',
      (cells: Cells) => utimes(join(cells.folder, 'lymphocyte/0.png'), 1, 1),
      /its images have changed/,
    ],
  ])('is not mixed with %s', async (_what, change, message) => {
    const cells = await Cells.make(1);
    await cells.evaluate();
    await change(cells);
    await expect(cells.evaluate()).rejects.toMatchObject({
      code: 'evaluation-differs',
      kind: 'usage',
      message: expect.stringMatching(message) as string,
    });
  });

  it('a folder with other files is not changed', async () => {
    const cells = await Cells.make(1);
    await expect(cells.evaluate({ outDir: cells.folder })).rejects.toMatchObject({
      code: 'evaluation-out-occupied',
    });
    expect(existsSync(join(cells.folder, 'evaluation.json'))).toBe(false);
  });

  it('one that another process uses is not changed', async () => {
    const cells = await Cells.make(1);
    await cells.evaluate();
    const other = Ledger.own(join(cells.out, 'ledger'), () => []);
    try {
      await expect(cells.evaluate()).rejects.toMatchObject({ code: 'evaluation-in-use' });
    } finally {
      other.close();
    }
  });

  it('images that change while it runs end it with the reason', async () => {
    const cells = await Cells.make(1);
    const path = join(cells.folder, 'lymphocyte/0.png');
    const run = cells.evaluate(
      {},
      {
        onProgress: ({ stage, done }) => {
          if (stage === 'classifying' && done === 0) writeFileSync(path, 'something else');
        },
      },
    );
    await expect(run).rejects.toMatchObject({
      code: 'evaluation-stuck',
      message: expect.stringContaining('they have changed') as string,
    });
  });
});
