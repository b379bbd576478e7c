import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { unusable } from '../../src/ledger/unusable.js';
import { lockState } from '../../src/ledger/lock.js';
import { temporaryFolder } from '../fixtures/folders.js';

function failing(code: string): Error {
  return Object.assign(new Error(`${code}: mkdir`), { code });
}

describe('A state folder that cannot be used', () => {
  it.each([
    ['EROFS', 'its file system is read-only', 'Mount it writable'],
    ['ENOSPC', 'its disk is full', 'Make room'],
    ['EACCES', 'this user may not write there', 'Give this user the right'],
    ['ENOTDIR', 'it is a file, or inside one', 'Set stateFolder'],
  ])('says why and what to do: %s', (code, what, hint) => {
    expect(unusable('/state', failing(code))).toMatchObject({
      code: 'ledger-unopenable',
      message: `The state folder /state cannot be used: ${what}`,
      hint: expect.stringContaining(hint) as string,
    });
  });

  it('has the words of SQLite where the operating system has none', () => {
    expect(unusable(temporaryFolder(), new Error('disk I/O error')).message).toContain('disk I/O error');
  });

  it('below a file is refused with that reason', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => lockState(join(file, 'state'))).toThrow('cannot be used: it is a file, or inside one');
  });

  it.skipIf(process.getuid?.() === 0)('that may not be written is refused with that reason', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o755));
    expect(() => lockState(folder)).toThrow('cannot be used: this user may not write there');
    expect(() => lockState(join(folder, 'new'))).toThrow('cannot be used: this user may not write there');
  });
});
