import { describe, expect, it, onTestFinished } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';

function openWith(paths: readonly string[], sinks: readonly string[] = []) {
  const ledger = Ledger.own(temporaryFolder(), () => sinks);
  onTestFinished(() => ledger.close());
  ledger.queue.enqueue(
    'left',
    paths.map((path) => ({ path, size: 1, mtimeMs: 1 })),
  );
  return { ledger, claims: ledger.queue.claim(paths.length) };
}

describe('Results', () => {
  it('keep one result for the same bytes under two names, classified at the same moment', () => {
    const { ledger, claims } = openWith(['a.png', 'copy.png']);
    const [a, copy] = claims;
    const completions = ledger.results.complete([
      { claim: a!, record: recordOf(a!, 'same') },
      { claim: copy!, record: recordOf(copy!, 'same') },
    ]);
    expect(completions).toEqual(['classified', 'duplicate']);
    expect(ledger.browse.results({ limit: 10 })).toHaveLength(1);
    expect(ledger.queue.counts().done).toBe(2);
  });

  it('find the result of bytes under any name, and end a copy with it', () => {
    const { ledger, claims } = openWith(['a.png', 'later.png']);
    const [a, later] = claims;
    ledger.results.complete([{ claim: a!, record: recordOf(a!, 'same') }]);
    expect(ledger.results.find(sha256Of('same'))).toBeDefined();
    expect(ledger.results.complete([{ claim: later!, sha256: sha256Of('same') }])).toEqual(['duplicate']);
    expect(ledger.browse.results({ limit: 10, path: 'later' })[0]?.record.image.path).toBe('a.png');
  });

  it('owe each sink each file, until it is delivered', () => {
    const { ledger, claims } = openWith(['a.png', 'copy.png'], ['json', 'ndjson']);
    ledger.results.complete(claims.map((claim) => ({ claim, record: recordOf(claim, 'same') })));
    expect(ledger.outbox.counts()).toEqual({ json: 2, ndjson: 2 });
    const due = ledger.outbox.next('json', 10);
    expect(due.map(({ path }) => path)).toEqual(['a.png', 'copy.png']);
    expect(due[1]?.record.image.path).toBe('a.png');
    ledger.outbox.remove('json', due.slice(0, 1));
    expect(ledger.outbox.next('json', 10).map(({ path }) => path)).toEqual(['copy.png']);
    expect(ledger.outbox.counts()).toEqual({ json: 1, ndjson: 2 });
    ledger.outbox.remove('json', []);
    ledger.outbox.remove('ndjson', ledger.outbox.next('ndjson', 10));
    expect(ledger.outbox.counts()).toEqual({ json: 1 });
  });

  it('keep a second result of the same bytes by other models, when asked to classify again', () => {
    const { ledger, claims } = openWith(['a.png']);
    ledger.results.complete([{ claim: claims[0]!, record: recordOf(claims[0]!, 'same', '1') }]);
    expect(ledger.browse.replayImage(sha256Of('same').slice(0, 12))).toBe(1);
    const [again] = ledger.queue.claim(1);
    expect(again).toMatchObject({ path: 'a.png', reclassify: true });
    expect(ledger.results.complete([{ claim: again!, record: recordOf(again!, 'same', '2') }])).toEqual([
      'classified',
    ]);
    expect(ledger.browse.results({ limit: 10 }).map(({ record }) => record.models[0]?.version)).toEqual([
      '2',
      '1',
    ]);
  });

  it('are asked for again of every file of an image, done or in quarantine, and of no other', () => {
    const { ledger, claims } = openWith(['a.png', 'copy.png', 'odd.png', 'b.png', 'waits.png']);
    const [a, copy, odd, b] = claims;
    ledger.results.complete([
      { claim: a!, record: recordOf(a!, 'same') },
      { claim: copy!, record: recordOf(copy!, 'same') },
      { claim: b!, record: recordOf(b!, 'b') },
    ]);
    ledger.queue.quarantine(odd!, { code: 'image-damaged', reason: 'odd' }, sha256Of('same'));
    expect(ledger.browse.replayImage(sha256Of('same').slice(0, 12))).toBe(3);
    expect(ledger.queue.claim(10).map(({ path, reclassify }) => [path, reclassify])).toEqual([
      ['a.png', true],
      ['copy.png', true],
      ['odd.png', true],
    ]);
  });

  it('write nothing of a group in which one fails', () => {
    const { ledger, claims } = openWith(['a.png', 'b.png']);
    const broken = { ...recordOf(claims[1]!, 'b'), decision: { class: null } } as never;
    expect(() =>
      ledger.results.complete([
        { claim: claims[0]!, record: recordOf(claims[0]!, 'a') },
        { claim: claims[1]!, record: broken },
      ]),
    ).toThrow();
    expect(ledger.queue.counts()).toMatchObject({ running: 2, done: 0 });
    expect(ledger.results.find(sha256Of('a'))).toBeUndefined();
  });
});
