import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readAudit } from '../../src/audit/read-audit.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { smearwatch } from './capture.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  const ledger = Ledger.own(join(folder, 'state'), () => []);
  ledger.driftReferences.keep('scanner left', '{}');
  ledger.driftReferences.keep('scanner right', '{}');
  ledger.close();
});

function rebaseline(scanner: string, more: object = {}): ReturnType<typeof smearwatch> {
  const scanners = ['left', 'right', 'new'].map((name) => ({ name, folder: name }));
  return smearwatch(
    'rebaseline',
    '--scanner',
    scanner,
    '--config',
    writeConfig(folder, { scanners, ...more }),
  );
}

function references(): (string | undefined)[] {
  const ledger = Ledger.visit(join(folder, 'state'));
  try {
    return ['left', 'right'].map((name) => ledger.driftReferences.find(`scanner ${name}`));
  } finally {
    ledger.close();
  }
}

describe('rebaseline', () => {
  it('forgets the reference of one scanner, and records who did it', async () => {
    expect(await rebaseline('left')).toMatchObject({
      exitCode: 0,
      out: 'The newest images of left are its reference from now on.\n',
    });
    expect(references()).toEqual([undefined, '{}']);
    const events: string[] = [];
    readAudit(join(folder, 'state'), {}, (entries) => {
      for (const { event } of entries) events.push(event);
    });
    expect(events).toEqual(['drift-reference-forgotten']);
  });

  it('says when the scanner had no reference', async () => {
    expect((await rebaseline('new')).out).toBe('new has no reference yet: its first images will be it.\n');
  });

  it('of an unknown scanner, or with a reference for all, is refused', async () => {
    expect(await rebaseline('lft')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('left, right') as string,
    });
    const refused = await rebaseline('left', { drift: { reference: 'reference.json' } });
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('drift.reference') as string });
    expect(references()).toEqual(['{}', '{}']);
  });
});
