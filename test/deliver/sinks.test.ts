import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scannerSchema } from '../../src/config/schema/scanner-schema.js';
import type { ScannerConfig } from '../../src/config/schema.js';
import { AfterwardsSink } from '../../src/deliver/afterwards-sink.js';
import { JsonSink } from '../../src/deliver/json-sink.js';
import { NdjsonSink } from '../../src/deliver/ndjson-sink.js';
import type { Sink } from '../../src/deliver/sink.js';
import type { Claim, Delivery } from '../../src/ledger/ledger.js';
import type { ResultRecord } from '../../src/record.js';
import { silent } from '../../src/telemetry/silent.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf } from '../fixtures/records.js';
import { WRITER } from '../fixtures/writer.js';

/** The delivery of `path`, whose bytes were first classified as `firstPath`. */
function deliveryOf(path: string, { firstPath = path, size = 7, mtimeMs = 1 } = {}): Delivery {
  const claim = { scanner: 'left', path: firstPath, size, mtimeMs } as Claim;
  return { id: 1, resultId: 1, scanner: 'left', path, size, mtimeMs, record: recordOf(claim, 'content') };
}

const GOES_ON = new AbortController().signal;
const NOBODY = 65_534;
const hasMounts = canMount();

/** Whether another file system can be mounted: as root, and where containers may. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'smearwatch-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'none', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const read = (file: string): ResultRecord => JSON.parse(readFileSync(file, 'utf8')) as ResultRecord;

describe('JsonSink', () => {
  it('mirrors the input, and writes the same again without harm', async () => {
    const folder = temporaryFolder();
    const sink = new JsonSink('json', folder, WRITER);
    await sink.deliver([deliveryOf('slide 1/a.png'), deliveryOf('b.png')]);
    await sink.deliver([deliveryOf('slide 1/a.png')]);
    expect(read(join(folder, 'left/slide 1/a.png.json')).decision.class).toBe('lymphocyte');
    expect(readdirSync(join(folder, 'left')).sort()).toEqual(['b.png.json', 'slide 1']);
    expect(readdirSync(join(folder, 'left/slide 1'))).toEqual(['a.png.json']);
  });

  it('names the file a copy is a copy of', async () => {
    const folder = temporaryFolder();
    await new JsonSink('json', folder, WRITER).deliver([deliveryOf('copy.png', { firstPath: 'a.png' })]);
    expect(read(join(folder, 'left/copy.png.json')).image).toMatchObject({
      path: 'copy.png',
      duplicateOf: { scanner: 'left', path: 'a.png' },
    });
  });

  it('finds room for the suffix of the longest name', async () => {
    const folder = temporaryFolder();
    await new JsonSink('json', folder, WRITER).deliver([deliveryOf(`${'ä'.repeat(125)}.png`)]);
    const [name] = readdirSync(join(folder, 'left'));
    expect(name).toMatch(/^ä+-[0-9a-f]{16}\.json$/);
  });

  it('keeps copies of one image apart whose long names differ at their ends only', async () => {
    const folder = temporaryFolder();
    const names = ['1', '2'].map((end) => `${'n'.repeat(250)}${end}.png`);
    await new JsonSink('json', folder, WRITER).deliver(names.map((name) => deliveryOf(name)));
    const written = readdirSync(join(folder, 'left')).map(
      (name) => read(join(folder, 'left', name)).image.path,
    );
    expect(written.sort()).toEqual(names);
  });

  it('finds another place for a document whose name is a folder of results, or whose folder is a document', async () => {
    const folder = temporaryFolder();
    const sink = new JsonSink('json', folder, WRITER);
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
    await new JsonSink('json', folder, WRITER).deliver([deliveryOf(`${deep}/a b.png`), deliveryOf('c.png')]);
    expect(readdirSync(join(folder, 'left')).sort()).toEqual([
      expect.stringMatching(/^a_b\.png-[0-9a-f]{16}\.json$/),
      'c.png.json',
    ]);
  });

  it('rejects, and leaves no temporary file, when the folder cannot be written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'left'), 'a file where the folder should be');
    await expect(new JsonSink('json', folder, WRITER).deliver([deliveryOf('a.png')])).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['left']);
  });
});

describe('A folder that may not be written', () => {
  const sinksTo = (folder: string): Sink[] => [
    new JsonSink('json', folder, WRITER),
    new NdjsonSink('ndjson', join(folder, 'deep', 'results.ndjson')),
  ];

  it('is reported as such, with what to do', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    const isRoot = process.getuid?.() === 0;
    for (const sink of sinksTo(folder)) {
      if (isRoot) process.seteuid?.(NOBODY);
      const error = await sink.deliver([deliveryOf('a.png')], GOES_ON).catch((reason: unknown) => reason);
      if (isRoot) process.seteuid?.(0);
      expect(error).toMatchObject({
        code: 'folder-unwritable',
        message: `${folder} cannot be written: this user may not`,
        hint: expect.stringContaining("the daemon's user") as string,
      });
    }
  });

  it.skipIf(!hasMounts)(
    'is reported as such on a read-only file system, for which Node says ENOENT',
    async () => {
      const folder = temporaryFolder();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', folder]);
      onTestFinished(() => void execFileSync('umount', [folder]));
      for (const sink of sinksTo(folder))
        await expect(sink.deliver([deliveryOf('a.png')], GOES_ON)).rejects.toMatchObject({
          code: 'folder-unwritable',
          message: `${folder} cannot be written: its file system is read-only here`,
          hint: expect.stringContaining('ReadWritePaths=') as string,
        });
    },
  );
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

  it('drops the incomplete line that a crash has left', async () => {
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
  function sinkFor(afterwards: object, path = 'a.png') {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'in', dirname(path)), { recursive: true });
    const scanner: ScannerConfig = scannerSchema.parse({
      name: 'left',
      folder: join(folder, 'in'),
      afterwards,
    });
    const file = join(folder, 'in', path);
    writeFileSync(file, 'content');
    const { size, mtimeMs } = statSync(file);
    return {
      folder,
      file,
      sink: new AfterwardsSink(() => scanner, silent('fileDisposed', 'fileDisposalFailed')),
      delivery: deliveryOf(path, { size, mtimeMs }),
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

  it('leaves a picture alone that took its place with the same size and modification time', async () => {
    const { folder, file, sink, delivery } = sinkFor({ action: 'delete' });
    const { ctimeMs, ino: inode, mtime } = statSync(file);
    writeFileSync(join(folder, 'other'), 'CONTENT');
    utimesSync(join(folder, 'other'), mtime, mtime);
    renameSync(join(folder, 'other'), file);
    await sink.deliver([{ ...delivery, mtimeMs: statSync(file).mtimeMs, ctimeMs, inode }]);
    expect(readFileSync(file, 'utf8')).toBe('CONTENT');
  });

  it('deletes the classified file also after a mount gave it another inode', async () => {
    const { file, sink, delivery } = sinkFor({ action: 'delete' });
    await sink.deliver([{ ...delivery, ctimeMs: 1, inode: 1 }]);
    expect(existsSync(file)).toBe(false);
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

  /** A folder in which a name that the source's file system accepts makes too long a path. */
  function deepFolder(): string {
    const folder = join(temporaryFolder(), ...Array.from({ length: 15 }, () => 'd'.repeat(250)));
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  it.each([
    ['a too long path', () => deepFolder(), `${'s'.repeat(200)}/${'t'.repeat(100)}/a b.png`, 'a_b'],
    ['a folder that is an image there', () => withFile('x.png'), 'x.png/b.png', 'b'],
  ])('moves under a plain name what there would have %s', async (_, make, path, stem) => {
    const target = make();
    const { file, sink, delivery } = sinkFor({ action: 'move', to: target }, path);
    const files = (): string[] => readdirSync(target).filter((name) => statSync(join(target, name)).isFile());
    const before = files();
    await sink.deliver([delivery]);
    expect(existsSync(file)).toBe(false);
    const [moved, ...others] = files().filter((name) => !before.includes(name));
    expect([moved, others]).toEqual([expect.stringMatching(`^${stem}\\.png-[0-9a-f]{16}\\.png$`), []]);
    expect(readFileSync(join(target, moved!), 'utf8')).toBe('content');
    // Delivered again, as after a crash.
    await sink.deliver([delivery]);
    expect(files()).toHaveLength(before.length + 1);
  });

  it.skipIf(!hasMounts)('does so across file systems, too, and leaves no copy behind', async () => {
    const target = temporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', 'none', target]);
    onTestFinished(() => void execFileSync('umount', [target]));
    writeFileSync(join(target, 'x.png'), 'moved here yesterday');
    mkdirSync(join(target, 'folder'));
    for (const path of ['x.png/b.png', 'folder/c.png', `${'n'.repeat(250)}.png`]) {
      const { file, sink, delivery } = sinkFor({ action: 'move', to: target }, path);
      await sink.deliver([delivery]);
      expect(existsSync(file)).toBe(false);
    }
    expect(readdirSync(target, { recursive: true }).sort()).toEqual([
      expect.stringMatching(/^b\.png-[0-9a-f]{16}\.png$/),
      'folder',
      'folder/c.png',
      `${'n'.repeat(250)}.png`,
      'x.png',
    ]);
  });
});

function withFile(name: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), 'moved here yesterday');
  return folder;
}
