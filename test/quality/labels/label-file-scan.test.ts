import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { NewEntry } from '../../../src/audit/audit.js';
import { parseConfig } from '../../../src/config/load.js';
import type { SeenFile } from '../../../src/files/seen-file.js';
import { CELL_CLASSES } from '../../../src/images.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { LabelFileScan } from '../../../src/quality/labels/label-file-scan.js';
import { silent } from '../../../src/telemetry/silent.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { recordOf, sha256Of } from '../../fixtures/records.js';

let folder: string;
let ledger: Ledger;
let refused: { name: string; reason: string }[];
let given: string[];
let recorded: NewEntry[];
let classes: readonly string[];
let scan: LabelFileScan;
beforeEach(() => {
  folder = temporaryFolder();
  ledger = Ledger.own(temporaryFolder(), () => []);
  onTestFinished(() => ledger.close());
  refused = [];
  given = [];
  recorded = [];
  classes = CELL_CLASSES;
  scan = newScan();
});

function newScan(options = ''): LabelFileScan {
  const { scanners } = parseConfig(
    `stateFolder: s\nscanners: [{name: left, folder: ${folder}, labels: files${options}}]`,
    '/c.yaml',
  );
  return new LabelFileScan(scanners[0]!, {
    files: ledger.labelFiles,
    telemetry: {
      ...silent('labelFilesFailed', 'labelFilesRead'),
      labelsGiven: ({ labels }) =>
        given.push(...labels.map(({ path, outcome }) => `${path ?? ''} ${outcome}`)),
      labelRefused: ({ name, reason }) => refused.push({ name, reason }),
    },
    record: (entry) => recorded.push(entry),
    rules: () => ({ classes, scanners: ['left'] }),
    signal: new AbortController().signal,
  });
}

/** Written an hour ago, unless `time` says otherwise. */
function put(name: string, content: unknown, time = Date.now() / 1000 - 3600): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
  );
  utimesSync(file, time, time);
}

/**
 * Replaces a file by a rename, so that it has another change time even on a file system with a coarse clock.
 */
function replace(name: string, content: unknown, time: number): void {
  const { ctimeMs } = statSync(join(folder, name));
  do {
    put('arriving', content, time);
    renameSync(join(folder, 'arriving'), join(folder, name));
  } while (statSync(join(folder, name)).ctimeMs === ctimeMs);
}

function seen(path: string): SeenFile {
  const { size, mtimeMs, ctimeMs, ino: inode } = statSync(join(folder, path));
  return { path, size, mtimeMs, ctimeMs, inode };
}

function classify(path: string): void {
  ledger.queue.enqueue('left', [{ path, size: 1, mtimeMs: 1 }]);
  const [claim] = ledger.queue.claim(1);
  ledger.results.complete([{ claim: claim!, record: recordOf(claim!, path) }]);
}

const LYMPHOCYTE = { class: 'lymphocyte', by: 'A. Weber' };

describe('A label file', () => {
  it('labels its image, before and after it is classified', async () => {
    classify('slide/a.png');
    put('slide/a.png.label.json', LYMPHOCYTE);
    put('slide/b.png.label.json', LYMPHOCYTE);
    await scan.look();
    classify('slide/b.png');
    for (const path of ['slide/a.png', 'slide/b.png'])
      expect(ledger.labels.find(sha256Of(path))).toMatchObject({ ...LYMPHOCYTE, source: 'file' });
  });

  it('is read once, also after a restart: it does not overrule a later correction of the label', async () => {
    classify('a.png');
    put('a.png.label.json', LYMPHOCYTE);
    await scan.look();
    const label = {
      class: 'normal-monocyte',
      by: 'Kaya',
      source: 'http',
      at: new Date().toISOString(),
    } as const;
    ledger.labels.give([{ target: { sha256: sha256Of('a.png') }, label }]);
    await scan.look();
    await newScan().look();
    expect(ledger.labels.find(sha256Of('a.png'))?.by).toBe('Kaya');
    expect(given).toEqual(['a.png set']);
  });

  it('is not looked for in excluded folders, nor beside excluded images', async () => {
    const names = ['a.png', 'a_thumb.png', '@eaDir/a.png/T.png', 'calibration/a.png'];
    for (const name of names) put(`${name}.label.json`, LYMPHOCYTE);
    await newScan(', exclude: [calibration, "*_thumb.png"]').look();
    expect(given).toEqual(['a.png waiting']);
  });

  it('that is written again is read again', async () => {
    classify('a.png');
    put('a.png.label.json', LYMPHOCYTE);
    await scan.look();
    put('a.png.label.json', { class: 'normal-monocyte', by: 'A. Weber' });
    await scan.look();
    expect(given).toEqual(['a.png set', 'a.png changed']);
    expect(recorded).toMatchObject([
      { event: 'label-set', details: { source: 'file', labels: [{ class: 'lymphocyte' }] } },
      { event: 'label-changed', details: { source: 'file', labels: [{ previous: 'lymphocyte' }] } },
    ]);
  });

  it('that is written again with its old modification time is read again', async () => {
    classify('a.png');
    put('a.png.label.json', { class: 'normal-monocyte', by: 'Ann' }, 1_700_000_000);
    await scan.look();
    replace('a.png.label.json', LYMPHOCYTE, 1_700_000_000);
    await newScan().look();
    expect(given).toEqual(['a.png set', 'a.png changed']);
  });

  it('that was copied or restored, with the same bytes, does not overrule a later correction of the label', async () => {
    classify('a.png');
    put('a.png.label.json', LYMPHOCYTE, 1_700_000_000);
    await scan.look();
    const target = { sha256: sha256Of('a.png') };
    const at = new Date().toISOString();
    ledger.labels.give([{ target, label: { class: 'normal-monocyte', by: 'Kaya', source: 'http', at } }]);
    replace('a.png.label.json', LYMPHOCYTE, 1_700_000_000);
    await newScan().look();
    expect(ledger.labels.find(sha256Of('a.png'))?.by).toBe('Kaya');
    expect(given).toEqual(['a.png set']);
    expect(ledger.labelFiles.unknownAmong('left', [seen('a.png.label.json')])).toEqual([]);
  });

  it('may begin with a byte-order mark', async () => {
    put('a.png.label.json', `\uFEFF${JSON.stringify({ class: 'lymphocyte', by: 'Jörg Müller' })}`);
    await scan.look();
    classify('a.png');
    expect(refused).toEqual([]);
    expect(ledger.labels.find(sha256Of('a.png'))).toMatchObject({ class: 'lymphocyte', by: 'Jörg Müller' });
  });

  it('that is incomplete is left for the next scan', async () => {
    put('a.png.label.json', '{"class": "lymph', Date.now() / 1000);
    await scan.look();
    expect([refused, given]).toEqual([[], []]);
    put('a.png.label.json', LYMPHOCYTE);
    await scan.look();
    expect(given).toEqual(['a.png waiting']);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', 'lymphocyte', /must be JSON like/],
    [
      'another encoding',
      Buffer.from('{"class":"lymphocyte","by":"Jörg"}', 'latin1'),
      /line 1 has the byte 0xF6 \("ö"\)/,
    ],
    ['UTF-16', Buffer.from('{"class":"lymphocyte"}', 'utf16le'), /it is UTF-16 LE.*Save it as UTF-8/],
    ['half a surrogate pair', String.raw`{"class":"lymphocyte","by":"\ud83d"}`, /must be one line of text/],
    ['an empty file', '', /must be JSON like/],
    ['nobody', { class: 'lymphocyte' }, /by/],
    ['a field too much', { ...LYMPHOCYTE, note: 'x' }, /note/],
    ['an unknown class', { ...LYMPHOCYTE, class: 'lymphocyt' }, /Did you mean lymphocyte/],
    ['too much', `"${'x'.repeat(5000)}"`, /5002 bytes/],
    ['deep nesting', '['.repeat(4000), /must be JSON/],
  ])('with %s is reported once, with the fix', async (_, content, reason) => {
    put('a.png.label.json', content);
    await scan.look();
    await scan.look();
    expect(refused).toHaveLength(1);
    expect(refused[0]?.name).toBe('a.png.label.json');
    expect(refused[0]?.reason).toMatch(reason);
    expect(given).toEqual([]);
  });

  it('of a class that other models know is applied with them', async () => {
    put('a.png.label.json', { class: 'basophil', by: 'A. Weber' });
    await scan.look();
    classes = ['basophil', 'lymphocyte'];
    await scan.look();
    expect([refused.length, given]).toEqual([1, ['a.png waiting']]);
  });

  it('is not followed out of the folder', async () => {
    const outside = join(temporaryFolder(), 'x.json');
    writeFileSync(outside, JSON.stringify(LYMPHOCYTE));
    symlinkSync(outside, join(folder, 'a.png.label.json'));
    await scan.look();
    expect(given).toEqual([]);
  });

  it('in a hidden folder, or hidden itself, is ignored', async () => {
    put('.trash/a.png.label.json', LYMPHOCYTE);
    put('.a.png.label.json', LYMPHOCYTE);
    put('.label.json', LYMPHOCYTE);
    await scan.look();
    expect([given, refused]).toEqual([[], []]);
  });
});

describe('A folder that is missing', () => {
  it('does not count as a failure: the watcher reports it', async () => {
    rmSync(folder, { recursive: true });
    await scan.look();
    expect(refused).toEqual([]);
  });
});
