import { describe, expect, it, onTestFinished } from 'vitest';
import { DatabaseSync } from '@photostructure/sqlite';
import {
  Ledger,
  ledgerFile,
  type Claim,
  type GivenLabel,
  type LabelTarget,
} from '../../src/ledger/ledger.js';
import type { ModelIdentity, ResultRecord } from '../../src/record.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';

function open(state = temporaryFolder(), sinks: readonly string[] = []): Ledger {
  const ledger = Ledger.own(state, () => sinks);
  onTestFinished(() => ledger.close());
  return ledger;
}

/** Classifies a file with these bytes; `label`: of its folder. */
function classify(ledger: Ledger, path: string, content: string, change: Partial<ResultRecord> = {}): void {
  ledger.queue.enqueue('left', [{ path, size: 1, mtimeMs: 1 }]);
  const claims = ledger.queue.claim(10);
  ledger.results.complete(
    claims.map((claim) => ({ claim, record: { ...recordOf(claim, content), ...change } })),
  );
}

function given(
  target: LabelTarget,
  name: string,
  by = 'Weber',
  source: 'http' | 'folder' = 'http',
): GivenLabel {
  return { target, label: { class: name, by, source, at: '2026-02-03T04:05:06.789Z' } };
}

const MODEL = recordOf({ mtimeMs: 0 } as Claim, '').models[0] as ModelIdentity;
const ALL = { images: 1000, sinceMs: 0 };

describe('A label', () => {
  it('counts for a result that is there already, by its bytes or by its file', () => {
    const ledger = open();
    classify(ledger, 'a.png', 'a');
    classify(ledger, 'b.png', 'b');
    const outcomes = ledger.labels.give([
      given({ sha256: sha256Of('a') }, 'lymphocyte'),
      given({ scanner: 'left', path: 'b.png' }, 'normal-monocyte'),
    ]);
    expect(outcomes).toEqual([
      { outcome: 'set', sha256: sha256Of('a'), previous: undefined },
      { outcome: 'set', sha256: sha256Of('b'), previous: undefined },
    ]);
    expect(ledger.labelledPredictions.window(MODEL, ALL)).toEqual([
      { label: 'lymphocyte', class: 'lymphocyte', images: 1 },
      { label: 'normal-monocyte', class: 'lymphocyte', images: 1 },
    ]);
    expect(ledger.browse.results({ limit: 9 }).map(({ record }) => record.label)).toEqual([
      'normal-monocyte',
      'lymphocyte',
    ]);
  });

  it('may come before its image, by its bytes or by its file', () => {
    const ledger = open();
    const outcomes = ledger.labels.give([
      given({ sha256: sha256Of('a') }, 'lymphocyte'),
      given({ scanner: 'left', path: 'b.png' }, 'normal-monocyte'),
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['set', 'waiting']);
    expect(ledger.labels.countWaiting()).toBe(1);
    expect(ledger.labelledPredictions.window(MODEL, ALL)).toEqual([]);
    classify(ledger, 'a.png', 'a');
    classify(ledger, 'b.png', 'b');
    expect(ledger.labels.countWaiting()).toBe(0);
    expect(ledger.labels.find(sha256Of('b'))).toEqual({
      class: 'normal-monocyte',
      by: 'Weber',
      source: 'http',
      at: '2026-02-03T04:05:06.789Z',
    });
    expect(ledger.labelledPredictions.window(MODEL, ALL)).toHaveLength(2);
  });

  it('that waits for a file takes effect also when the file is a copy', () => {
    const ledger = open();
    classify(ledger, 'a.png', 'same');
    ledger.labels.give([given({ scanner: 'left', path: 'copy.png' }, 'normal-monocyte')]);
    ledger.queue.enqueue('left', [{ path: 'copy.png', size: 1, mtimeMs: 1 }]);
    ledger.results.complete([{ claim: ledger.queue.claim(1)[0]!, sha256: sha256Of('same') }]);
    expect(ledger.labelledPredictions.window(MODEL, ALL)).toEqual([
      { label: 'normal-monocyte', class: 'lymphocyte', images: 1 },
    ]);
  });

  it('that changes keeps its history, and replaces what it counted', () => {
    const ledger = open();
    classify(ledger, 'a.png', 'a');
    const target = { sha256: sha256Of('a') };
    ledger.labels.give([given(target, 'normal-monocyte', 'Weber')]);
    expect(ledger.labels.give([given(target, 'lymphocyte', 'Kaya')])).toEqual([
      { outcome: 'changed', sha256: target.sha256, previous: 'normal-monocyte' },
    ]);
    expect(ledger.labels.give([given(target, 'lymphocyte', 'Weber')])[0]?.outcome).toBe('unchanged');
    expect(ledger.labels.history(target.sha256).map((label) => [label.class, label.by])).toEqual([
      ['normal-monocyte', 'Weber'],
      ['lymphocyte', 'Kaya'],
    ]);
    expect(ledger.labelledPredictions.window(MODEL, ALL)).toEqual([
      { label: 'lymphocyte', class: 'lymphocyte', images: 1 },
    ]);
  });

  it('that was changed while it waited has its history too', () => {
    const ledger = open();
    const target = { scanner: 'left', path: 'a.png' };
    ledger.labels.give([given(target, 'normal-monocyte', 'Weber')]);
    expect(ledger.labels.give([given(target, 'lymphocyte', 'Kaya')])[0]).toMatchObject({
      outcome: 'waiting',
      previous: 'normal-monocyte',
    });
    ledger.labels.give([given(target, 'lymphocyte', 'again')]);
    classify(ledger, 'a.png', 'a');
    expect(ledger.labels.history(sha256Of('a')).map(({ by }) => by)).toEqual(['Weber', 'Kaya']);
  });

  it('of several is applied with the others or not at all', () => {
    const ledger = open();
    const broken = given({ sha256: sha256Of('b') }, null as never);
    expect(() => ledger.labels.give([given({ sha256: sha256Of('a') }, 'lymphocyte'), broken])).toThrow();
    expect(ledger.labels.find(sha256Of('a'))).toBeUndefined();
  });

  it('is delivered with a result that is still owed, and is not delivered a second time', () => {
    const ledger = open(undefined, ['json']);
    classify(ledger, 'a.png', 'a');
    ledger.labels.give([given({ sha256: sha256Of('a') }, 'normal-monocyte')]);
    const due = ledger.outbox.next('json', 10);
    expect(due.map(({ record }) => record.label)).toEqual(['normal-monocyte']);
    ledger.outbox.remove('json', due);
    ledger.labels.give([given({ sha256: sha256Of('a') }, 'lymphocyte')]);
    expect(ledger.outbox.counts()).toEqual({});
  });
});

describe("A folder's name", () => {
  it('is the label of its images', () => {
    const ledger = open();
    classify(ledger, 'lymphocyte/a.png', 'a', { label: 'lymphocyte' });
    expect(ledger.labels.find(sha256Of('a'))).toMatchObject({ class: 'lymphocyte', source: 'folder' });
    expect(ledger.labelledPredictions.window(MODEL, ALL)).toHaveLength(1);
  });

  it('replaces the name of another folder, where the image was moved', () => {
    const ledger = open();
    classify(ledger, 'lymphocyte/a.png', 'a', { label: 'lymphocyte' });
    ledger.queue.enqueue('left', [{ path: 'normal-monocyte/a.png', size: 1, mtimeMs: 1 }]);
    ledger.results.complete([
      { claim: ledger.queue.claim(1)[0]!, sha256: sha256Of('a'), folderLabel: 'normal-monocyte' },
    ]);
    expect(ledger.labels.history(sha256Of('a')).map((label) => label.class)).toEqual([
      'lymphocyte',
      'normal-monocyte',
    ]);
  });

  it('overrules no person, not even one who only confirmed it', () => {
    const ledger = open();
    classify(ledger, 'lymphocyte/a.png', 'a', { label: 'lymphocyte' });
    const target = { sha256: sha256Of('a') };
    expect(ledger.labels.give([given(target, 'lymphocyte', 'Weber')])[0]?.outcome).toBe('unchanged');
    expect(ledger.labels.find(target.sha256)?.by).toBe('Weber');
    const outcome = ledger.labels.give([given(target, 'normal-monocyte', 'folder', 'folder')])[0];
    expect(outcome).toMatchObject({ outcome: 'kept', previous: 'lymphocyte' });
  });

  it('that is not a class of the models gives a copy no label', () => {
    const ledger = open();
    classify(ledger, 'a.png', 'a');
    ledger.queue.enqueue('left', [{ path: '2026-02/a.png', size: 1, mtimeMs: 1 }]);
    ledger.results.complete([
      { claim: ledger.queue.claim(1)[0]!, sha256: sha256Of('a'), folderLabel: '2026-02' },
    ]);
    expect(ledger.labels.find(sha256Of('a'))).toBeUndefined();
  });
});

describe('The window of labelled images', () => {
  it('has the newest of the model, by when they were classified', () => {
    const ledger = open();
    for (let minute = 0; minute < 5; minute += 1) {
      const label = minute < 2 ? 'normal-monocyte' : 'lymphocyte';
      classify(ledger, `${minute}.png`, `${minute}`, { recordedAt: `2026-01-01T00:0${minute}:00.000Z` });
      ledger.labels.give([given({ sha256: sha256Of(`${minute}`) }, label)]);
    }
    const at = (minute: number): number => Date.parse(`2026-01-01T00:0${minute}:00.000Z`);
    const count = (images: number, sinceMs: number): unknown =>
      ledger.labelledPredictions.window(MODEL, { images, sinceMs }).map((cell) => [cell.label, cell.images]);
    expect(count(3, 0)).toEqual([['lymphocyte', 3]]);
    expect(count(4, 0)).toEqual([['lymphocyte', 3], ['normal-monocyte', 1]]); // prettier-ignore
    expect(count(100, at(4))).toEqual([['lymphocyte', 1]]);
    expect(ledger.labelledPredictions.window({ ...MODEL, version: '9' }, ALL)).toEqual([]);
  });

  it('counts an image once that was classified twice by the same model', () => {
    const ledger = open();
    classify(ledger, 'a.png', 'a');
    ledger.labels.give([given({ sha256: sha256Of('a') }, 'lymphocyte')]);
    ledger.browse.replayImage(sha256Of('a'));
    const [claim] = ledger.queue.claim(1);
    const record = recordOf(claim!, 'a');
    const other = { ...record.models[0]!, name: 'other', class: 'normal-monocyte' };
    ledger.results.complete([{ claim: claim!, record: { ...record, models: [...record.models, other] } }]);
    expect(ledger.labelledPredictions.window(MODEL, ALL)).toEqual([
      { label: 'lymphocyte', class: 'lymphocyte', images: 1 },
    ]);
    expect(ledger.labelledPredictions.window(other, ALL)).toEqual([
      { label: 'lymphocyte', class: 'normal-monocyte', images: 1 },
    ]);
  });

  it('is read from the index alone', () => {
    const state = temporaryFolder();
    open(state);
    const database = new DatabaseSync(ledgerFile(state));
    onTestFinished(() => database.close());
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT label, class FROM labelled_predictions
         WHERE model_id = 1 AND recorded_at >= 0 ORDER BY recorded_at DESC LIMIT 500`,
      )
      .all() as { detail: string }[];
    expect(plan.map(({ detail }) => detail).join()).toMatch(
      /^SEARCH .*COVERING INDEX labelled_predictions_newest/,
    );
  });
});

describe('The history of labels', () => {
  it('can only grow', () => {
    const state = temporaryFolder();
    const ledger = open(state);
    classify(ledger, 'a.png', 'a');
    ledger.labels.give([given({ sha256: sha256Of('a') }, 'lymphocyte')]);
    ledger.labels.give([given({ sha256: sha256Of('a') }, 'normal-monocyte')]);
    const database = new DatabaseSync(ledgerFile(state));
    onTestFinished(() => database.close());
    expect(() => database.exec('DELETE FROM label_history')).toThrow('never removed');
    expect(() => database.exec("UPDATE label_history SET class = 'x'")).toThrow('never changes');
  });
});
