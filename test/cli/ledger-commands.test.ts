import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import type { ResultRecord } from '../../src/record.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf, sha256Of } from '../fixtures/records.js';
import { smearwatch } from './capture.js';

let state: string;
beforeEach(() => {
  state = temporaryFolder();
  const ledger = Ledger.own(state, () => []);
  ledger.queue.enqueue('left', [
    { path: 'a/one.png', size: 1, mtimeMs: 1 },
    { path: 'b/two.png', size: 2, mtimeMs: 2 },
    { path: 'b/bad\u001b[2J.png', size: 3, mtimeMs: 3 },
  ]);
  const [one, two, bad] = ledger.queue.claim(3);
  const review: ResultRecord['decision'] = {
    class: 'lymphocyte',
    confidence: 0.41,
    review: true,
    reviewReasons: ['low-confidence'],
  };
  ledger.results.complete([
    { claim: one!, record: recordOf(one!, 'one') },
    { claim: two!, record: { ...recordOf(two!, 'two'), decision: review } },
  ]);
  ledger.queue.quarantine(bad!, { code: 'image-truncated', reason: 'Its end is missing.' }, sha256Of('bad'));
  ledger.close();
});

describe('results', () => {
  it('lists results as a table, newest first', async () => {
    const { out, exitCode } = await smearwatch('results', '--state', state);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^RECORDED +SHA-256 +CLASS +CONFIDENCE +LABEL +REVIEW +SCANNER +PATH$/);
    expect(lines[1]).toContain('low-confidence  left     b/two.png');
    expect(exitCode).toBe(0);
  });

  it.each([
    [['--review'], ['b/two.png']],
    [['--path', 'a/'], ['a/one.png']],
    [['--sha256', sha256Of('one').slice(0, 8).toUpperCase()], ['a/one.png']],
    [['--scanner', 'right'], []],
    [['--limit', '1'], ['b/two.png']],
  ])('with %o are %o', async (options, expected) => {
    const { out } = await smearwatch('results', '--state', state, '--json', ...options);
    const records = JSON.parse(out) as ResultRecord[];
    expect(records.map(({ image }) => image.path)).toEqual(expected);
  });

  it('--quarantined says why, and lets no file name command the terminal', async () => {
    const { out } = await smearwatch('results', '--state', state, '--quarantined');
    expect(out).toContain('b/bad�[2J.png');
    expect(out).toContain('image-truncated  Its end is missing.');
    expect(out).not.toContain('\u001b');
  });

  it('finds the state folder through the configuration', async () => {
    const { err, exitCode } = await smearwatch('results', '--config', join(state, 'none.yaml'));
    expect(err).toContain('none.yaml does not exist');
    expect(exitCode).toBe(2);
  });

  it('does not make an empty ledger if it is missing', async () => {
    const { err, exitCode } = await smearwatch('results', '--state', join(state, 'elsewhere'));
    expect(err).toContain('There is no ledger');
    expect(exitCode).toBe(1);
    expect(existsSync(join(state, 'elsewhere'))).toBe(false);
    expect(existsSync(ledgerFile(state))).toBe(true);
  });
});

describe('replay', () => {
  it('queues everything in quarantine again', async () => {
    const { out } = await smearwatch('replay', '--state', state, '--quarantined');
    expect(out).toBe('1 image queued again.\n');
    expect((await smearwatch('results', '--state', state, '--quarantined')).out).toBe(
      'Nothing is in quarantine.\n',
    );
  });

  it('queues only what the filter lets through', async () => {
    const { out } = await smearwatch(
      'replay',
      '--state',
      state,
      '--quarantined',
      '--scanner',
      'right',
      '--json',
    );
    expect(JSON.parse(out)).toEqual({ queued: 0 });
  });

  it('queues one image again by its SHA-256', async () => {
    const { out } = await smearwatch('replay', '--state', state, '--sha256', sha256Of('one'), '--json');
    expect(JSON.parse(out)).toEqual({ queued: 1 });
    const ledger = Ledger.own(state, () => []);
    expect(ledger.queue.claim(5)).toMatchObject([{ path: 'a/one.png', reclassify: true }]);
    ledger.close();
  });
});
