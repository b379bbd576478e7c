import { describe, expect, it } from 'vitest';
import { RescanState } from '../../src/watch/rescan-state.js';
import { rescanFailed } from '../../src/watch/watch-errors.js';
import { scannerFor } from './fixtures.js';

const scanner = scannerFor('/spool', { rescanIntervalMs: 60_000 });
const MISSING = rescanFailed(scanner, Object.assign(new Error('no'), { code: 'ENOENT', syscall: 'opendir' }));

function setUp(): { state: RescanState; wait: (ms: number) => void } {
  let nowMs = 5000;
  const clock = { monotonicMs: () => nowMs, wallMs: () => 1e12 + nowMs };
  return { state: new RescanState(scanner, clock), wait: (ms) => (nowMs += ms) };
}

describe('The state of rescans', () => {
  it('has no problem before the first rescan has ended, while it makes progress', () => {
    const { state, wait } = setUp();
    for (let step = 0; step < 1000; step += 1) {
      state.moved('rescan');
      wait(29_000);
    }
    expect(state.problem).toBeUndefined();
  });

  it('has the failure of the last rescan, until one succeeds', () => {
    const { state, wait } = setUp();
    state.moved('rescan');
    state.rescanned(MISSING);
    expect(state.problem).toMatchObject({
      code: 'scanner-folder-missing',
      message: 'The folder /spool of scanner scope does not exist',
    });
    expect(state.finishedAtMs).toBeUndefined();
    wait(60_000);
    state.moved('rescan');
    expect(state.problem).toBe(MISSING);
    state.rescanned(undefined);
    expect(state.problem).toBeUndefined();
    expect(state.finishedAtMs).toBe(1e12 + 65_000);
  });

  it.each(['rescan', 'look'] as const)('says that the folder does not answer a %s, until it does', (what) => {
    const { state, wait } = setUp();
    state.rescanned(undefined);
    state.moved(what);
    wait(30_000);
    expect(state.problem).toBeUndefined();
    wait(1000);
    expect(state.problem).toMatchObject({
      code: 'scanner-folder-silent',
      message: 'The folder /spool of scanner scope has not answered for 31 s',
    });
    if (what === 'look') state.looked();
    else state.moved('rescan');
    expect(state.problem).toBeUndefined();
  });

  it('says that a rescan that should have begun has not', () => {
    const { state, wait } = setUp();
    state.moved('rescan');
    state.rescanned(undefined);
    wait(90_000);
    expect(state.problem).toBeUndefined();
    wait(1000);
    expect(state.problem).toMatchObject({ code: 'scanner-rescan-late' });
    state.moved('rescan');
    expect(state.problem).toBeUndefined();
  });

  it('takes an error of something else for what it is, not for one of the folder', () => {
    const error = new Error('database disk image is malformed');
    expect(rescanFailed(scanner, error)).toBe(error);
    const { state } = setUp();
    state.rescanned(error);
    expect(state.problem).toBe(error);
    expect(state.isFolderLost).toBe(false);
  });

  it.each([
    ['ENOENT', 'scanner-folder-missing'],
    ['ENOTDIR', 'scanner-folder-invalid'],
    ['EACCES', 'scanner-folder-unreadable'],
    ['EIO', 'scanner-folder-unreadable'],
  ])('knows a folder that is lost by %s', (errno, code) => {
    const { state } = setUp();
    state.rescanned(
      rescanFailed(scanner, Object.assign(new Error(errno), { code: errno, syscall: 'opendir' })),
    );
    expect(state.problem).toMatchObject({ code });
    expect(state.isFolderLost).toBe(true);
  });
});
