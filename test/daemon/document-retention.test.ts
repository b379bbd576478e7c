import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { Retention } from '../../src/daemon/retention.js';
import { JsonSink } from '../../src/deliver/json-sink.js';
import { NdjsonSink } from '../../src/deliver/ndjson-sink.js';
import { messageOf } from '../../src/errors.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { silent } from '../../src/telemetry/silent.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf } from '../fixtures/records.js';
import { WRITER } from '../fixtures/writer.js';

const DAY_MS = 86_400_000;

let folder: string;
let results: string;
let ledger: Ledger;
beforeEach(() => {
  folder = temporaryFolder();
  results = join(folder, 'results');
  mkdirSync(join(folder, 'in'));
  ledger = Ledger.own(join(folder, 'state'), () => ['json', 'ndjson']);
  onTestFinished(() => ledger.close());
});

function configured(retention = '{ jsonDays: 30 }', sinks = '[{ type: json, folder: results }]'): Config {
  const text = `{ stateFolder: state, scanners: [{ name: left, folder: in }], sinks: ${sinks}, retention: ${retention} }`;
  return parseConfig(text, join(folder, 'lab.yaml'));
}

/** Classifies images and delivers them as the daemon does. */
async function delivered(...paths: string[]): Promise<void> {
  ledger.queue.enqueue(
    'left',
    paths.map((path) => ({ path, size: 1, mtimeMs: 1 })),
  );
  ledger.results.complete(
    ledger.queue.claim(1000).map((claim) => ({ claim, record: recordOf(claim, claim.path) })),
  );
  for (const sink of [
    new JsonSink('json', results, WRITER),
    new NdjsonSink('ndjson', join(results, 'all.ndjson')),
  ]) {
    const deliveries = ledger.outbox.next(sink.name, 1000);
    await sink.deliver(deliveries);
    ledger.outbox.remove(sink.name, deliveries);
  }
}

const documents = (): string[] =>
  readdirSync(results, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !lstatSync(join(results, name)).isDirectory())
    .sort();

interface Told {
  documents: number;
  failures: string[];
  pruned: { files: number; results: number };
}

/** Calls the retention as the daemon's timer does, `days` later. */
class Timer {
  readonly told: Told = { documents: 0, failures: [], pruned: { files: 0, results: 0 } };
  readonly #retention: Retention;
  #days = 0;

  constructor(config: () => Config) {
    this.#retention = new Retention({
      pruning: ledger.pruning,
      config,
      now: () => Date.now() + this.#days * DAY_MS,
      telemetry: {
        ...silent('ledgerWriteFailed'),
        documentsPruned: (event) => (this.told.documents += event.documents),
        documentPruningFailed: ({ sink, error }) => this.told.failures.push(`${sink}: ${messageOf(error)}`),
        ledgerPruned: (event) => (this.told.pruned = event),
      },
    });
    onTestFinished(() => this.#retention.stop());
  }

  /** Makes all walks once. */
  async on(days: number, steps = 3): Promise<Told> {
    this.#days = days;
    for (let step = 0; step < steps; step += 1) await this.#retention.step();
    return this.told;
  }
}

const timer = (config = configured()): Timer => new Timer(() => config);

describe('Documents', () => {
  it('of images that ended long ago are removed, with the folders that are empty then', async () => {
    await delivered('a.png', 'slide 1/b.png', 'slide 1/deep/c.png');
    expect(documents()).toHaveLength(3);
    expect(await timer().on(31)).toMatchObject({ documents: 3, failures: [] });
    expect(readdirSync(results).sort()).toEqual(['all.ndjson', 'left']);
    expect(readdirSync(join(results, 'left'))).toEqual([]);
    // The ledger and the other sinks still have them.
    expect(ledger.browse.results({ limit: 9 })).toHaveLength(3);
    expect(readFileSync(join(results, 'all.ndjson'), 'utf8').trim().split('\n')).toHaveLength(3);
  });

  it('that are younger stay, and so do all without the option', async () => {
    await delivered('a.png');
    expect(await timer().on(29)).toMatchObject({ documents: 0 });
    expect(await timer(configured('{ ledgerDays: 30 }')).on(10_000)).toMatchObject({ documents: 0 });
    expect(documents()).toEqual(['left/a.png.json']);
  });

  it('are the only files that are removed: all other files in the folder stay, also under their names', async () => {
    await delivered('a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'slide/f.png');
    const at = (name: string): string => join(results, 'left', name);
    const own = readFileSync(at('a.png.json'), 'utf8');
    writeFileSync(at('a.png.json'), own.replace(/"sha256": "..../, '"sha256": "0000'));
    writeFileSync(at('b.png.json'), "a user's note");
    writeFileSync(at('c.png.json'), 'null');
    renameSync(at('d.png.json'), join(folder, 'elsewhere.json'));
    symlinkSync(join(folder, 'elsewhere.json'), at('d.png.json'));
    writeFileSync(at('slide/my notes.txt'), 'keep me');
    writeFileSync(at('unknown.png.json'), own);
    expect(await timer().on(31)).toMatchObject({ documents: 2, failures: [] });
    expect(documents()).toEqual(['a', 'b', 'c', 'd', 'unknown'].map((name) => `left/${name}.png.json`));
    expect(existsSync(join(folder, 'elsewhere.json'))).toBe(true);
    expect(readdirSync(at('slide'))).toEqual(['my notes.txt']);
  });

  it('are found under the plain name that a refused one was written as', async () => {
    await delivered('x.png', 'x.png.json/b.png');
    expect(documents()).toHaveLength(2);
    expect(await timer().on(31)).toMatchObject({ documents: 2 });
    expect(documents()).toEqual([]);
  });

  it('that were delivered again since stay until they are old, too', async () => {
    await delivered('a.png', 'b.png');
    const later = new Date(Date.now() + 20 * DAY_MS);
    utimesSync(join(results, 'left/a.png.json'), later, later);
    const days = timer();
    await days.on(31);
    expect(documents()).toEqual(['left/a.png.json']);
    await days.on(51);
    expect(documents()).toEqual([]);
  });

  it('of images that a sink has not had yet stay', async () => {
    await delivered('a.png');
    ledger.queue.enqueue('left', [{ path: 'a.png', size: 2, mtimeMs: 2 }]);
    ledger.results.complete(
      ledger.queue.claim(1).map((claim) => ({ claim, record: recordOf(claim, claim.path) })),
    );
    expect(ledger.outbox.counts()).toEqual({ json: 1, ndjson: 1 });
    expect(await timer().on(31)).toMatchObject({ documents: 0 });
    expect(documents()).toEqual(['left/a.png.json']);
  });

  it('that cannot be removed are reported once per walk, and tried again', async () => {
    await delivered('a.png', 'b.png');
    const days = timer();
    renameSync(join(results, 'left'), join(folder, 'left'));
    symlinkSync('left', join(results, 'left'));
    expect((await days.on(31)).failures).toEqual([expect.stringContaining('json: ELOOP')]);
    rmSync(join(results, 'left'));
    renameSync(join(folder, 'left'), join(results, 'left'));
    expect(await days.on(32)).toMatchObject({ documents: 2 });
  });

  it('are many: a walk continues where it was, and the next one looks only at what has become old since', async () => {
    const paths = Array.from({ length: 1200 }, (_, index) => `${index}.png`);
    for (let start = 0; start < paths.length; start += 300)
      await delivered(...paths.slice(start, start + 300));
    const days = timer();
    expect(await days.on(31, 5)).toMatchObject({ documents: 1200 });
    // A document that a user restores does not belong to Smearwatch any more.
    const record = JSON.stringify(ledger.browse.results({ limit: 1 })[0]!.record);
    writeFileSync(join(results, 'left', '1199.png.json'), record);
    await days.on(62, 5);
    expect(documents()).toEqual(['left/1199.png.json']);
  });
});

describe('Of what the ledger forgets', () => {
  it('the documents go first', async () => {
    await delivered('gone.png');
    writeFileSync(join(folder, 'in', 'other.png'), '');
    const both = configured('{ jsonDays: 30, ledgerDays: 30 }');
    expect(await timer(both).on(31)).toMatchObject({ documents: 1, pruned: { files: 1, results: 1 } });
  });

  it('nothing goes whose document may be on a share that is not mounted', async () => {
    await delivered('gone.png');
    writeFileSync(join(folder, 'in', 'other.png'), '');
    renameSync(results, `${results}-away`);
    const days = timer(configured('{ jsonDays: 30, ledgerDays: 30 }'));
    expect(await days.on(31)).toMatchObject({ documents: 0, pruned: { files: 0 } });
    mkdirSync(results);
    expect(await days.on(32)).toMatchObject({ documents: 0, pruned: { files: 0 } });
    rmSync(results, { recursive: true });
    renameSync(`${results}-away`, results);
    expect(await days.on(33)).toMatchObject({ documents: 1, pruned: { files: 1, results: 1 } });
  });

  it('the ledger must know its documents long enough: the configuration is refused otherwise', () => {
    expect(() => configured('{ jsonDays: 31, ledgerDays: 30 }')).toThrow(
      'retention.jsonDays: is more than ledgerDays (30)',
    );
  });
});
