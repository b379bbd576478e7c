import { DatabaseSync } from '@photostructure/sqlite';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Audit, auditFile } from '../../src/audit/audit.js';
import { canonicalJson, NO_ENTRY } from '../../src/audit/entry.js';
import { readHead } from '../../src/audit/head-file.js';
import { readAudit, toLine } from '../../src/audit/read-audit.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { appender, trailOf } from './trail.js';

describe('An entry', () => {
  it('has the hash of the documented bytes', () => {
    const folder = temporaryFolder();
    const audit = Audit.open(folder);
    const at = new Date('2026-03-01T02:03:04.005Z');
    const first = audit.append({
      event: 'model-promoted',
      actor: 'user:anna',
      details: { to: 2, from: 1 },
      at,
    });
    const second = audit.append({ event: 'models-swapped', at });
    audit.close();
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const zeros = '0'.repeat(64);
    expect(first.hash).toBe(
      sha256(
        `smearwatch-audit-1\n1\n2026-03-01T02:03:04.005Z\nmodel-promoted\nuser:anna\n{"from":1,"to":2}\n${zeros}`,
      ),
    );
    expect(second.hash).toBe(
      sha256(`smearwatch-audit-1\n2\n2026-03-01T02:03:04.005Z\nmodels-swapped\ndaemon\n{}\n${first.hash}`),
    );
    expect(readHead(folder)).toEqual({ sequence: 2, hash: second.hash });
  });

  it('has details in one form, for any order in which they were given', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: 'ü\n' })).toBe('{"a":"ü\\n","b":[{"d":1}]}');
  });

  it('cannot contain a further line in the name of its actor', () => {
    const audit = Audit.open(temporaryFolder());
    expect(audit.append({ event: 'label-set', actor: 'user:eve\n{}\u001b[2J' }).actor).toBe(
      'user:eve�{}�[2J',
    );
    audit.close();
  });

  it('is refused when its details are not JSON or too long', () => {
    const audit = Audit.open(temporaryFolder());
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(() => audit.append({ event: 'label-set', details: loop })).toThrow('its details are not JSON');
    expect(() => audit.append({ event: 'label-set', details: { text: 'x'.repeat(70_000) } })).toThrow(
      'longer than 65536 bytes',
    );
    expect(audit.last()).toBeUndefined();
    audit.close();
  });

  it('is exported with the very bytes that were hashed', () => {
    const folder = trailOf(1);
    const [line] = readAudit(folder, {}, (entries) => [...entries].map(toLine));
    expect(Object.keys(JSON.parse(line ?? '') as object)).toEqual([
      'sequence',
      'time',
      'event',
      'actor',
      'details',
      'previous',
      'hash',
    ]);
    expect(line).toContain('"details":{"number":1},');
  });
});

describe('The file', () => {
  it.each([
    ["UPDATE entries SET actor = 'someone'", 'never change'],
    ['DELETE FROM entries WHERE sequence = 3', 'never removed'],
    [
      "INSERT OR REPLACE INTO entries VALUES (2, '', '', '', '', '', '')",
      'an entry of the audit trail only follows',
    ],
    [
      "INSERT INTO entries VALUES (4, '', '', '', '', 'not the hash before', '')",
      'an entry of the audit trail only follows',
    ],
  ])('refuses %s', (sql, message) => {
    const folder = trailOf(3);
    const database = new DatabaseSync(auditFile(folder));
    expect(() => database.exec(sql)).toThrow(message);
    database.close();
    expect(verifyAudit(folder)).toMatchObject({ intact: 3 });
  });

  it('that cannot be made is an error that says so', () => {
    const file = join(temporaryFolder(), 'a file');
    writeFileSync(file, '');
    expect(() => Audit.open(join(file, 'state'))).toThrow(/audit trail .* cannot be written/);
  });

  it('of a later Smearwatch is left alone', () => {
    const folder = trailOf(1);
    const database = new DatabaseSync(auditFile(folder));
    database.exec('PRAGMA user_version = 2');
    database.close();
    expect(() => Audit.open(folder)).toThrow('version 2, which a later Smearwatch wrote');
  });

  it('has everything in it once it is closed', () => {
    const [folder, copy] = [trailOf(2), temporaryFolder()];
    for (const name of ['audit-head.json', 'audit.sqlite'])
      copyFileSync(join(folder, name), join(copy, name));
    expect(verifyAudit(copy)).toMatchObject({ intact: 2 });
  });

  it('begins with an empty end', () => {
    const folder = temporaryFolder();
    Audit.open(folder).close();
    expect(readHead(folder)).toEqual(NO_ENTRY);
    expect(verifyAudit(folder)).toEqual({ intact: 0, head: NO_ENTRY });
  });
});

describe('Several processes', () => {
  it('append at once, and every entry is there once, in one chain', async () => {
    const folder = temporaryFolder();
    const appenders = [1, 2, 3].map(() => appender(folder, 40));
    const codes = await Promise.all(appenders.map(({ child }) => once(child, 'close')));
    expect(codes.map(([code]) => code as number)).toEqual([0, 0, 0]);
    const sequences = appenders.flatMap(({ durable }) => durable).sort((a, b) => a - b);
    expect(sequences).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    const report = verifyAudit(folder);
    expect(report).toMatchObject({ intact: 120 });
    expect(report.problem).toBeUndefined();
    expect(readHead(folder)).toEqual(report.head);
  });

  it('that are killed while they write leave whole entries, none of them lost that was said to be durable', async () => {
    const folder = temporaryFolder();
    let durable = 0;
    for (let round = 1; round <= 6; round += 1) {
      const { child, durable: seen } = appender(folder, 1_000_000);
      await vi.waitFor(() => expect(seen.length).toBeGreaterThan(round * 3), {
        timeout: 20_000,
        interval: 1,
      });
      child.kill('SIGKILL');
      await once(child, 'close');
      durable = seen.at(-1) ?? 0;
      const report = verifyAudit(folder);
      expect(report.problem).toBeUndefined();
      expect(report.intact).toBeGreaterThanOrEqual(durable);
    }
    const audit = Audit.open(folder);
    expect(audit.append({ event: 'daemon-started' }).sequence).toBeGreaterThan(durable);
    audit.close();
    expect(verifyAudit(folder).problem).toBeUndefined();
  });
});
