import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Audit, auditFile } from '../../src/audit/audit.js';
import { hashOf, type AuditEntry } from '../../src/audit/entry.js';
import { HEAD_FILE } from '../../src/audit/head-file.js';
import { readAudit } from '../../src/audit/read-audit.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { tamper, trailOf } from './trail.js';

/** Rewrites entry 3 as an informed forger would, and makes all later entries fit. */
function forge(folder: string): void {
  const entries = readAudit(folder, {}, (all) => [...all].map((entry) => ({ ...entry })));
  let previous = entries[1]?.hash ?? '';
  const forged = entries.slice(2).map((entry): AuditEntry => {
    const content = { ...entry, actor: 'user:mallory', previous };
    previous = hashOf(content);
    return { ...content, hash: previous };
  });
  const updates = forged.map(
    ({ sequence, actor, previous: before, hash }) =>
      `UPDATE entries SET actor = '${actor}', previous = '${before}', hash = '${hash}' WHERE sequence = ${sequence}`,
  );
  tamper(folder, updates.join(';\n'));
}

describe('An untouched trail', () => {
  it('is intact, and its end is reported', () => {
    const folder = trailOf(6);
    const report = verifyAudit(folder);
    expect(report).toMatchObject({ intact: 6, head: { sequence: 6 } });
    expect(report.problem).toBeUndefined();
    expect(verifyAudit(folder, [report.head]).problem).toBeUndefined();
  });

  it('is intact when the process died between an entry and the copy of its end', () => {
    const folder = trailOf(3);
    copyFileSync(join(folder, HEAD_FILE), join(folder, 'older'));
    const audit = Audit.open(folder);
    audit.append({ event: 'daemon-started' });
    copyFileSync(join(folder, 'older'), join(folder, HEAD_FILE));
    expect(verifyAudit(folder)).toMatchObject({ intact: 4 });
    audit.append({ event: 'daemon-stopped' });
    audit.close();
    expect(verifyAudit(folder)).toMatchObject({ intact: 5 });
    expect(verifyAudit(folder).problem).toBeUndefined();
  });

  it('that does not exist is reported as missing', () => {
    expect(() => verifyAudit(temporaryFolder())).toThrow('There is no audit trail');
  });
});

describe('A trail in which', () => {
  const swap = `UPDATE entries SET sequence = -3 WHERE sequence = 3;
    UPDATE entries SET sequence = 3 WHERE sequence = 4;
    UPDATE entries SET sequence = 4 WHERE sequence = -3`;
  it.each([
    ['the details were changed', "UPDATE entries SET details = '{}' WHERE sequence = 3", 3, 'changed'],
    ['the time was changed', "UPDATE entries SET time = '' WHERE sequence = 1", 1, 'changed'],
    ['the event was changed', "UPDATE entries SET event = 'label-changed' WHERE sequence = 6", 6, 'changed'],
    ['the actor was changed', "UPDATE entries SET actor = 'daemon' WHERE sequence = 2", 2, 'changed'],
    [
      'a hash was changed',
      "UPDATE entries SET hash = replace(hash, 'a', 'b') || 'c' WHERE sequence = 5",
      5,
      'changed',
    ],
    ['one was removed', 'DELETE FROM entries WHERE sequence = 4', 4, 'removed'],
    ['the first was removed', 'DELETE FROM entries WHERE sequence = 1', 1, 'removed'],
    ['the last was removed', 'DELETE FROM entries WHERE sequence = 6', 6, 'removed'],
    ['the end was removed', 'DELETE FROM entries WHERE sequence > 2', 3, 'removed'],
    ['everything was removed', 'DELETE FROM entries', 1, 'removed'],
    ['two were exchanged', swap, 3, 'changed'],
    [
      'one was removed and the others moved up',
      'DELETE FROM entries WHERE sequence = 2; UPDATE entries SET sequence = sequence - 1 WHERE sequence > 2',
      2,
      'changed',
    ],
    ['the table is gone', 'DROP TABLE entries', 1, 'unreadable'],
    ['a column is gone', 'ALTER TABLE entries DROP COLUMN actor', 1, 'changed'],
  ])('%s is not', (_, sql, sequence, kind) => {
    const folder = trailOf(6);
    tamper(folder, sql);
    expect(verifyAudit(folder).problem).toMatchObject({ sequence, kind });
  });

  it('an entry was exchanged for one with a hash of its own is not', () => {
    const folder = trailOf(6);
    const [, , third] = readAudit(folder, {}, (all) => [...all].map((entry) => ({ ...entry })));
    const hash = hashOf({ ...third!, details: '{}' });
    tamper(folder, `UPDATE entries SET details = '{}', hash = '${hash}' WHERE sequence = 3`);
    expect(verifyAudit(folder).problem).toMatchObject({ sequence: 4, kind: 'out-of-order' });
  });

  it('an entry and all after it were forged is found by the copy of its end', () => {
    const folder = trailOf(6);
    forge(folder);
    expect(verifyAudit(folder).problem).toMatchObject({ sequence: 6, kind: 'changed' });
  });

  it('the copy of its end was forged too is found by a hash that was kept elsewhere, and only by that', () => {
    const folder = trailOf(6);
    const { head } = verifyAudit(folder);
    forge(folder);
    rmSync(join(folder, HEAD_FILE));
    const { head: forged } = verifyAudit(folder);
    writeFileSync(join(folder, HEAD_FILE), JSON.stringify({ version: 1, ...forged }));
    expect(verifyAudit(folder).problem).toBeUndefined();
    expect(verifyAudit(folder, [head]).problem).toMatchObject({ sequence: 6, kind: 'changed' });
  });

  it.each([
    ['is gone', (file: string) => rmSync(file)],
    ['is nonsense', (file: string) => writeFileSync(file, '{')],
  ])('the copy of its end %s is not', (_, change) => {
    const folder = trailOf(6);
    change(join(folder, HEAD_FILE));
    expect(verifyAudit(folder).problem).toMatchObject({ sequence: 7, kind: 'removed' });
  });

  it('the whole file was removed is not', () => {
    const folder = trailOf(6);
    rmSync(auditFile(folder));
    expect(verifyAudit(folder).problem).toMatchObject({ sequence: 1, kind: 'removed' });
  });

  it('the file was cut off is not', () => {
    const folder = trailOf(200);
    truncateSync(auditFile(folder), Math.floor(statSync(auditFile(folder)).size / 2));
    expect(verifyAudit(folder).problem).toMatchObject({ kind: 'unreadable' });
  });

  it('bytes were changed in the file is not', () => {
    const folder = trailOf(20);
    const bytes = readFileSync(auditFile(folder));
    const at = bytes.lastIndexOf('user:anna');
    bytes.write('user:emma', at);
    writeFileSync(auditFile(folder), bytes);
    expect(verifyAudit(folder).problem).toMatchObject({ kind: 'changed' });
  });

  it('the file is something else is not', () => {
    const folder = trailOf(2);
    writeFileSync(auditFile(folder), 'no database at all, but long enough to be looked at');
    expect(verifyAudit(folder).problem).toMatchObject({ sequence: 1, kind: 'unreadable' });
  });
});

describe('A trail whose end was removed', () => {
  it('says so itself with the next entry, which would otherwise write over the proof', () => {
    const folder = trailOf(6);
    tamper(folder, 'DELETE FROM entries WHERE sequence > 4');
    const audit = Audit.open(folder);
    expect(audit.append({ event: 'daemon-started' }).sequence).toBe(6);
    audit.close();
    const { problem, intact } = verifyAudit(folder);
    expect(problem).toMatchObject({ sequence: 5, kind: 'damage-recorded' });
    expect(problem?.message).toContain('"sequence":6');
    expect(intact).toBe(6);
  });

  it('and with a new file, when the old one was put away', () => {
    const folder = trailOf(6);
    rmSync(auditFile(folder));
    const audit = Audit.open(folder);
    audit.append({ event: 'daemon-started' });
    audit.close();
    expect(verifyAudit(folder).problem).toMatchObject({ sequence: 1, kind: 'damage-recorded' });
  });
});
