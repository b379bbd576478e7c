import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readAudit } from '../../src/audit/read-audit.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { smearwatch, type Outcome } from './capture.js';

const WHO = ['--class', 'normal-monocyte', '--by', 'A. Weber'];

let folder: string;
let config: string;
beforeEach(async () => {
  folder = temporaryFolder();
  await addLeNet5(emptyRegistry(folder), 1);
  config = configure(['left']);
  const ledger = Ledger.own(join(folder, 'state'), () => []);
  ledger.queue.enqueue('left', [{ path: 'slide/a.png', size: 1, mtimeMs: 1 }]);
  const [claim] = ledger.queue.claim(1);
  ledger.results.complete([{ claim: claim!, record: recordOf(claim!, 'a') }]);
  ledger.close();
});

function configure(scanners: readonly string[]): string {
  return writeConfig(folder, {
    scanners: scanners.map((name) => ({ name, folder: `in/${name}` })),
    models: { registry: 'models', use: [{ model: 'lenet5' }] },
  });
}

function label(...options: string[]): Promise<Outcome> {
  return smearwatch('label', '--config', config, ...options);
}

function withLedger<T>(read: (ledger: Ledger) => T): T {
  const ledger = Ledger.visit(join(folder, 'state'));
  try {
    return read(ledger);
  } finally {
    ledger.close();
  }
}

function csv(text: string | Buffer): string {
  const file = join(folder, 'labels.csv');
  writeFileSync(file, text);
  return file;
}

describe('label', () => {
  it.each<[string, string[]]>([
    ['its path below the scanner’s folder', ['--path', 'slide/a.png']],
    ['its first digits', ['--sha256', sha256Of('a').slice(0, 12).toUpperCase()]],
    ['its SHA-256', ['--sha256', sha256Of('a')]],
  ])('names the image by %s', async (_, target) => {
    const { out, err, exitCode } = await label(...target, ...WHO);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/ is normal-monocyte\.\n$/);
    expect(withLedger(({ labels }) => labels.find(sha256Of('a')))).toMatchObject({
      class: 'normal-monocyte',
      by: 'A. Weber',
      source: 'command',
    });
  });

  it('names the image by its whole path', async () => {
    const { out } = await label('--path', join(folder, 'in/left/slide/a.png'), ...WHO, '--json');
    expect(JSON.parse(out)).toMatchObject({
      labels: [{ scanner: 'left', path: 'slide/a.png', outcome: 'set' }],
    });
  });

  it('says what it was before, and results show it with its history', async () => {
    await label('--path', 'slide/a.png', ...WHO);
    const { out } = await label('--path', 'slide/a.png', '--class', 'lymphocyte', '--by', 'B. Kaya');
    expect(out).toBe('slide/a.png is lymphocyte now; it was normal-monocyte before.\n');
    const table = await smearwatch('results', '--config', config);
    expect(table.out).toMatch(/lymphocyte +0\.900 +lymphocyte +left/);
    const [record] = JSON.parse((await smearwatch('results', '--config', config, '--json')).out) as object[];
    expect(record).toMatchObject({
      label: 'lymphocyte',
      labelHistory: [
        { class: 'normal-monocyte', by: 'A. Weber' },
        { class: 'lymphocyte', by: 'B. Kaya' },
      ],
    });
  });

  it('of a file that was not read yet waits for it, and says so', async () => {
    const { out } = await label('--path', 'slide/later.png', ...WHO);
    expect(out).toBe(
      'slide/later.png will be normal-monocyte: no file of this name has been read yet.\n' +
        '1 label waits for an image that is not in the ledger; check its path or SHA-256.\n',
    );
  });

  it('is in the audit trail, with who typed it', async () => {
    await label('--path', 'slide/a.png', ...WHO);
    const entries: { event: string; actor: string; details: string }[] = [];
    readAudit(join(folder, 'state'), {}, (read) => entries.push(...read));
    expect(entries).toMatchObject([{ event: 'label-set', actor: expect.stringMatching(/^user:/) as string }]);
    expect(entries[0]?.details).toContain('A. Weber');
  });

  it('takes many from a CSV file', async () => {
    const file = csv(`sha256,path,class\n${sha256Of('a')},,lymphocyte\n,slide/later.png,lymphocyte\n`);
    const { out, exitCode } = await label('--from', file, '--by', 'A. Weber');
    expect([exitCode, out]).toEqual([
      0,
      '2 labels: 1 set, 0 changed, 0 unchanged, 1 waiting.\n' +
        '1 label waits for an image that is not in the ledger; check its path or SHA-256.\n',
    ]);
  });

  it('says how many labels wait for images that are not in the ledger, named by path or by SHA-256', async () => {
    const file = csv(
      `sha256;path;class\n${sha256Of('a')};;lymphocyte\n${sha256Of('b')};;lymphocyte\n;slide/A.png;lymphocyte\n`,
    );
    const { out } = await label('--from', file, '--by', 'A. Weber');
    expect(out).toContain(
      '\n2 labels wait for images that are not in the ledger; check their paths and SHA-256s.\n',
    );
    const json = await label('--from', file, '--by', 'A. Weber', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ waitingForImages: 2 });
    expect((await label('--path', 'slide/a.png', ...WHO)).out).not.toContain('wait');
  });

  it.each([
    ['a path twice', `path,class\nslide/x.png,lymphocyte\n\nslide/x.png,normal-monocyte\n`],
    [
      'a path and its SHA-256',
      `path,sha256,class\nslide/a.png,,lymphocyte\n\n,${sha256Of('a')},normal-monocyte\n`,
    ],
  ])('takes none of a CSV file that gives one image two classes, by %s', async (_, text) => {
    const { err, exitCode } = await label('--from', csv(text), '--by', 'A. Weber');
    expect(exitCode).toBe(2);
    expect(err).toMatch(
      /labels\.csv:2 and \S*labels\.csv:4 label the same image as lymphocyte and as normal-monocyte/,
    );
    expect(withLedger(({ labels }) => [labels.find(sha256Of('a')), labels.countWaiting()])).toEqual([
      undefined,
      0,
    ]);
  });

  it('takes the same class twice', async () => {
    const { exitCode, out } = await label(
      '--from',
      csv(`path,class\nslide/a.png,lymphocyte\nslide/a.png,lymphocyte\n`),
      '--by',
      'A. Weber',
    );
    expect([exitCode, out]).toEqual([0, '2 labels: 1 set, 0 changed, 1 unchanged, 0 waiting.\n']);
  });

  it('takes nothing of a file in another encoding, so that no damaged name gets into the audit trail', async () => {
    const file = csv(Buffer.from('path,class,by\r\nslide/a.png,lymphocyte,Jörg Müller\r\n', 'latin1'));
    const { err, exitCode } = await label('--from', file);
    expect(exitCode).toBe(2);
    expect(err).toContain('it is not UTF-8: line 2 has the byte 0xF6 ("ö") of Windows-1252');
    expect(withLedger(({ labels }) => labels.find(sha256Of('a')))).toBeUndefined();
    expect(existsSync(join(folder, 'state', 'audit.sqlite'))).toBe(false);
  });

  it('takes none of a CSV file with a mistake, and says in which line', async () => {
    const file = csv(`sha256,class\n${sha256Of('a')},lymphocyte\n${sha256Of('b')},lymphocyt\n`);
    const { err, exitCode } = await label('--from', file, '--by', 'A. Weber');
    expect(exitCode).toBe(2);
    expect(err).toContain('labels.csv:3: "lymphocyt" is not a class of the models in use');
    expect(err).toContain('Did you mean lymphocyte?');
    expect(withLedger(({ labels }) => labels.find(sha256Of('a')))).toBeUndefined();
  });

  it.each<[string, string[], RegExp]>([
    ['no image', WHO, /Which image\?/],
    ['two images', ['--path', 'a', '--sha256', 'b', ...WHO], /Which image\?/],
    ['no class', ['--path', 'a.png', '--by', 'A. Weber'], /Which class\?/],
    ['nobody', ['--path', 'a.png', '--class', 'lymphocyte'], /Who says so\?/],
    [
      'an unknown class',
      ['--path', 'a.png', '--by', 'x', '--class', 'monocyte'],
      /"monocyte" is not a class/,
    ],
    ['an unknown image', ['--sha256', '0123456789ab', ...WHO], /no image in the ledger/],
    ['no SHA-256', ['--sha256', 'slide', ...WHO], /not 8 to 64 hexadecimal digits/],
    ['a path elsewhere', ['--path', '/etc/passwd', ...WHO], /is not in a scanner's folder/],
    ['a path out of the folder', ['--path', '../b.png', ...WHO], /not a path of an image/],
    ['an unknown scanner', ['--path', 'a.png', '--scanner', 'lft', ...WHO], /no scanner "lft"/],
    ['a damaged name', ['--path', 'a.png', '--class', 'lymphocyte', '--by', 'J\uFFFDrg'], /not UTF-8 text/],
    ['a name of two lines', ['--path', 'a.png', '--class', 'lymphocyte', '--by', 'a\nb'], /one line of text/],
  ])('with %s is refused', async (_, options, message) => {
    const { err, exitCode } = await label(...options);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
    expect(err).toContain('hint: ');
  });

  it('asks for the scanner where there are several', async () => {
    config = configure(['left', 'right']);
    const { err, exitCode } = await label('--path', 'slide/a.png', ...WHO);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('left, right') as string]);
    expect((await label('--path', 'slide/a.png', '--scanner', 'left', ...WHO)).exitCode).toBe(0);
  });
});
