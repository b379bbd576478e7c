import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scannerSchema, type ScannerConfig } from '../../src/config/schema.js';
import { AfterwardsSink } from '../../src/deliver/afterwards-sink.js';
import { JsonSink } from '../../src/deliver/json-sink.js';
import { NdjsonSink } from '../../src/deliver/ndjson-sink.js';
import type { Claim, Delivery } from '../../src/ledger/ledger.js';
import type { ResultRecord } from '../../src/record.js';
import { silentTelemetry } from '../../src/telemetry/silent.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf } from '../fixtures/records.js';

/** The delivery of `path`, whose bytes were first classified as `firstPath`. */
function deliveryOf(path: string, { firstPath = path, size = 7, mtimeMs = 1 } = {}): Delivery {
  const claim = { scanner: 'left', path: firstPath, size, mtimeMs } as Claim;
  return { id: 1, resultId: 1, scanner: 'left', path, size, mtimeMs, record: recordOf(claim, 'content') };
}

const read = (file: string): ResultRecord => JSON.parse(readFileSync(file, 'utf8')) as ResultRecord;

describe('JsonSink', () => {
  it('mirrors the input, and writes the same again without harm', async () => {
    const folder = temporaryFolder();
    const sink = new JsonSink('json', folder);
    await sink.deliver([deliveryOf('slide 1/a.png'), deliveryOf('b.png')]);
    await sink.deliver([deliveryOf('slide 1/a.png')]);
    expect(read(join(folder, 'left/slide 1/a.png.json')).decision.class).toBe('lymphocyte');
    expect(readdirSync(join(folder, 'left')).sort()).toEqual(['b.png.json', 'slide 1']);
    expect(readdirSync(join(folder, 'left/slide 1'))).toEqual(['a.png.json']);
  });

  it('names the file a copy is a copy of', async () => {
    const folder = temporaryFolder();
    await new JsonSink('json', folder).deliver([deliveryOf('copy.png', { firstPath: 'a.png' })]);
    expect(read(join(folder, 'left/copy.png.json')).image).toMatchObject({
      path: 'copy.png',
      duplicateOf: { scanner: 'left', path: 'a.png' },
    });
  });

  it('finds room for the suffix of the longest name', async () => {
    const folder = temporaryFolder();
    await new JsonSink('json', folder).deliver([deliveryOf(`${'ä'.repeat(125)}.png`)]);
    const [name] = readdirSync(join(folder, 'left'));
    expect(name).toMatch(/^ä+-[0-9a-f]{16}\.json$/);
  });

  it('keeps copies of one image apart whose long names differ at their ends only', async () => {
    const folder = temporaryFolder();
    const names = ['1', '2'].map((end) => `${'n'.repeat(250)}${end}.png`);
    await new JsonSink('json', folder).deliver(names.map((name) => deliveryOf(name)));
    const written = readdirSync(join(folder, 'left')).map(
      (name) => read(join(folder, 'left', name)).image.path,
    );
    expect(written.sort()).toEqual(names);
  });

  it('finds another place for a document whose name is a folder of results, or whose folder is a document', async () => {
    const folder = temporaryFolder();
    const sink = new JsonSink('json', folder);
    for (const path of ['a.png', 'a.png.json/b.png', 'c.png.json/d.png', 'c.png'])
      await sink.deliver([deliveryOf(path)]);
    expect(readdirSync(join(folder, 'left'), { recursive: true }).sort()).toEqual([
      'a.png.json',
      expect.stringMatching(/^b\.png-[0-9a-f]{16}\.json$/),
      expect.stringMatching(/^c\.png-[0-9a-f]{16}\.json$/),
      'c.png.json',
      'c.png.json/d.png.json',
    ]);
  });

  it('finds another place where the path of the results is too long, and delivers what follows', async () => {
    const folder = temporaryFolder();
    const deep = Array.from({ length: 17 }, () => 'd'.repeat(250)).join('/');
    await new JsonSink('json', folder).deliver([deliveryOf(`${deep}/a b.png`), deliveryOf('c.png')]);
    expect(readdirSync(join(folder, 'left')).sort()).toEqual([
      expect.stringMatching(/^a_b\.png-[0-9a-f]{16}\.json$/),
      'c.png.json',
    ]);
  });

  it('rejects, and leaves no temporary file, when the folder cannot be written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'left'), 'a file where the folder should be');
    await expect(new JsonSink('json', folder).deliver([deliveryOf('a.png')])).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['left']);
  });
});

describe('NdjsonSink', () => {
  it('appends a line per result', async () => {
    const file = join(temporaryFolder(), 'out/results.ndjson');
    const sink = new NdjsonSink('ndjson', file);
    await sink.deliver([deliveryOf('a.png'), deliveryOf('b.png')]);
    await sink.deliver([deliveryOf('c.png')]);
    const paths = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as ResultRecord).image.path);
    expect(paths).toEqual(['a.png', 'b.png', 'c.png']);
  });

  it('drops the half line that a crash has left', async () => {
    const file = join(temporaryFolder(), 'results.ndjson');
    const sink = new NdjsonSink('ndjson', file);
    await sink.deliver([deliveryOf('a.png')]);
    appendFileSync(file, `{"recordVersion":1,"image":"${'x'.repeat(100_000)}`);
    await sink.deliver([deliveryOf('b.png')]);
    expect(
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toHaveLength(2);
  });
});

describe('AfterwardsSink', () => {
  function sinkFor(afterwards: object) {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'in'));
    const scanner: ScannerConfig = scannerSchema.parse({
      name: 'left',
      folder: join(folder, 'in'),
      afterwards,
    });
    writeFileSync(join(folder, 'in/a.png'), 'content');
    const { size, mtimeMs } = statSync(join(folder, 'in/a.png'));
    return {
      folder,
      sink: new AfterwardsSink(() => scanner, silentTelemetry),
      delivery: deliveryOf('a.png', { size, mtimeMs }),
    };
  }

  it('deletes the classified file, and only once', async () => {
    const { folder, sink, delivery } = sinkFor({ action: 'delete' });
    await sink.deliver([delivery]);
    await sink.deliver([delivery]);
    expect(existsSync(join(folder, 'in/a.png'))).toBe(false);
  });

  it('leaves a file alone that was overwritten since', async () => {
    const { folder, sink, delivery } = sinkFor({ action: 'delete' });
    writeFileSync(join(folder, 'in/a.png'), 'another image');
    await sink.deliver([delivery]);
    expect(readFileSync(join(folder, 'in/a.png'), 'utf8')).toBe('another image');
  });

  it('moves the file, and never over another one', async () => {
    const target = temporaryFolder();
    const { folder, sink, delivery } = sinkFor({ action: 'move', to: target });
    writeFileSync(join(target, 'a.png'), 'moved here yesterday');
    await sink.deliver([delivery]);
    expect(existsSync(join(folder, 'in/a.png'))).toBe(false);
    const moved = readdirSync(target).sort();
    expect(moved).toHaveLength(2);
    expect(moved.map((name) => readFileSync(join(target, name), 'utf8')).sort()).toEqual([
      'content',
      'moved here yesterday',
    ]);
  });
});
