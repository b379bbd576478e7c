import { beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/ledger/ledger.js';
import { DriftMonitor } from '../../../src/quality/drift/drift-monitor.js';
import { makeReference } from '../../../src/quality/drift/reference.js';
import type { ModelIdentity, ResultRecord } from '../../../src/record.js';
import { silent } from '../../../src/telemetry/silent.js';
import { recordOf } from '../../fixtures/records.js';

const WINDOW = 100;

let kept: Map<string, string>;
let stored: ResultRecord[];
let told: string[];
beforeEach(() => {
  kept = new Map();
  stored = [];
  told = [];
});

function open(reference?: ReturnType<typeof makeReference>, window = WINDOW): DriftMonitor {
  const monitor = new DriftMonitor({
    store: {
      find: (subject) => kept.get(subject),
      keep: (subject, json) => {
        if (!kept.has(subject)) kept.set(subject, json);
      },
    },
    telemetry: { ...silent('driftFailed'), driftReferenceTaken: ({ subject }) => told.push(subject) },
    newest: (limit) => stored.toReversed().slice(0, limit),
  });
  monitor.use({ window }, reference);
  return monitor;
}

/** Image number `at` of a scanner; `shift` is added to its brightness. */
function record(at: number, { shift = 0, version = '1', scanner = 'left' } = {}): ResultRecord {
  const base = recordOf({ scanner, path: `${at}`, size: 1, mtimeMs: 1 } as Claim, `${at}`, version);
  const look = { brightness: (at % 100) / 200 + shift, stained: 0.5, stain: { red: 1, green: 1, blue: 1 } };
  return { ...base, image: { ...base.image, look } };
}

function feed(monitor: DriftMonitor, count: number, change: Parameters<typeof record>[1] = {}): void {
  for (let at = 0; at < count; at += 1) {
    stored.push(record(at, change));
    monitor.observe(record(at, change));
  }
}

const MODEL = record(0).models[0] as ModelIdentity;

describe('Without a configured reference', () => {
  it('the first window of images is the reference, of every model and scanner', () => {
    const monitor = open();
    feed(monitor, WINDOW - 1);
    expect(monitor.readScanner('left')).toEqual({ images: 99, referenceImages: 0, indexes: {} });
    feed(monitor, 1);
    expect(told).toEqual([expect.stringMatching(/^model lenet5@1\//), 'scanner left']);
    const reading = monitor.readScanner('left');
    expect(reading).toMatchObject({ images: 100, referenceImages: 100 });
    expect(reading.indexes['brightness']).toBeCloseTo(0, 9);
    expect(monitor.readModels([MODEL])[0]?.reading.indexes).toEqual({ classes: 0, confidence: 0 });
  });

  it('images that change raise the index, and those that change back lower it', () => {
    const monitor = open();
    feed(monitor, WINDOW);
    feed(monitor, WINDOW, { shift: 0.2 });
    expect(monitor.readScanner('left').indexes['brightness']).toBeGreaterThan(0.25);
    expect(monitor.readScanner('left').indexes['stain-colour']).toBe(0);
    feed(monitor, WINDOW);
    expect(monitor.readScanner('left').indexes['brightness']).toBeCloseTo(0, 9);
  });

  it('a restart keeps both: the reference, and the window that the ledger has', () => {
    const first = open();
    feed(first, WINDOW);
    feed(first, WINDOW / 2, { shift: 0.3 });
    const before = first.readScanner('left');
    expect(open().readScanner('left')).toEqual(before);
    expect(told).toHaveLength(2);
  });

  it('a new version of a model gets a reference of its own; the scanner keeps its', () => {
    const monitor = open();
    feed(monitor, WINDOW);
    feed(monitor, WINDOW / 2, { version: '2' });
    const next = record(0, { version: '2' }).models[0] as ModelIdentity;
    expect(monitor.readModels([next])[0]?.reading).toEqual({ images: 50, referenceImages: 0, indexes: {} });
    expect(monitor.readScanner('left').referenceImages).toBe(100);
    feed(monitor, WINDOW / 2, { version: '2' });
    expect(monitor.readModels([next])[0]?.reading.referenceImages).toBe(100);
  });

  it('each scanner is compared with itself', () => {
    const monitor = open();
    feed(monitor, WINDOW);
    feed(monitor, WINDOW, { scanner: 'right', shift: 0.4 });
    expect(monitor.readScanner('right').indexes['brightness']).toBeCloseTo(0, 9);
  });

  it('a reference that was forgotten is taken again from the newest images', () => {
    const monitor = open();
    feed(monitor, WINDOW);
    feed(monitor, WINDOW, { shift: 0.4 });
    expect(monitor.readScanner('left').indexes['brightness']).toBeGreaterThan(0.25);
    kept.delete('scanner left');
    expect(monitor.readScanner('left').indexes['brightness']).toBeCloseTo(0, 9);
    expect(kept.has('scanner left')).toBe(true);
  });

  it('a ledger that cannot keep the reference costs no image', () => {
    const monitor = open();
    kept.set = () => {
      throw new Error('disk full');
    };
    feed(monitor, WINDOW);
    expect(monitor.readScanner('left').referenceImages).toBe(100);
  });
});

describe('A configured reference', () => {
  const reference = makeReference(Array.from({ length: 300 }, (_, at) => record(at, { shift: 0.3 })));

  it('is what images are compared with from the start', () => {
    const monitor = open(reference);
    feed(monitor, WINDOW);
    expect(monitor.readScanner('left')).toMatchObject({ images: 100, referenceImages: 300 });
    expect(monitor.readScanner('left').indexes['brightness']).toBeGreaterThan(0.25);
    expect(told).toEqual([]);
  });

  it('that does not know a model leaves it to its first images', () => {
    const monitor = open(reference);
    feed(monitor, WINDOW, { version: '2' });
    const model = record(0, { version: '2' }).models[0] as ModelIdentity;
    expect(monitor.readModels([model])[0]?.reading.referenceImages).toBe(100);
  });
});

describe('Too few images', () => {
  it('say nothing: below 200, chance alone moves the index', () => {
    const monitor = open(makeReference(Array.from({ length: 300 }, (_, at) => record(at))), 1000);
    feed(monitor, 199);
    expect(monitor.readScanner('left')).toEqual({ images: 199, referenceImages: 300, indexes: {} });
    feed(monitor, 1);
    expect(monitor.readScanner('left').indexes).toHaveProperty('brightness');
  });
});

describe('Results that were recorded before looks were measured', () => {
  it('are left out', () => {
    const monitor = open();
    monitor.observe(recordOf({ scanner: 'left', path: 'a', size: 1, mtimeMs: 1 } as Claim, 'a'));
    expect(monitor.readScanner('left').images).toBe(0);
    expect(monitor.readModels([MODEL])[0]?.reading.images).toBe(1);
  });
});
