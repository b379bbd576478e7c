import { describe, expect, it } from 'vitest';
import { SmearwatchError, type ErrorCode } from '../../src/errors.js';
import type { Claim } from '../../src/ledger/ledger.js';
import { endingOf } from '../../src/pipeline/endings.js';

const policy = { maxAttempts: 3, retryDelayMs: 1000 };
const attempt = (number: number): Claim => ({ attempt: number }) as Claim;
const failure = (code: ErrorCode): SmearwatchError =>
  new SmearwatchError(code, 'It failed', { hint: 'Fix it' });

describe('endingOf', () => {
  it.each<ErrorCode>([
    'image-truncated',
    'image-damaged',
    'image-empty',
    'unexpected-size',
    'file-too-large',
    'file-vanished',
    'file-is-link',
    'file-not-regular',
    'name-not-utf8',
    'path-too-long',
    'scanner-unknown',
  ])('quarantines %s at once, with what to do in the reason', (code) => {
    expect(endingOf(failure(code), attempt(1), policy)).toEqual({
      kind: 'quarantined',
      reason: { code, reason: 'It failed. Fix it' },
    });
  });

  it.each<ErrorCode>(['file-changed', 'folder-missing', 'pool-closed'])('only postpones %s', (code) => {
    expect(endingOf(failure(code), attempt(9), policy)).toMatchObject({ kind: 'released' });
  });

  it.each<ErrorCode>(['decode-timeout', 'file-unreadable'])('tries %s again: it may pass', (code) => {
    expect(endingOf(failure(code), attempt(1), policy)).toMatchObject({ kind: 'retried' });
  });

  it('tries everything else again, each time later, and quarantines after the last attempt', () => {
    const error = Object.assign(new Error('i/o error'), { code: 'EIO' });
    expect(endingOf(error, attempt(1), policy)).toMatchObject({ kind: 'retried', delayMs: 1000 });
    expect(endingOf(error, attempt(2), policy)).toMatchObject({ kind: 'retried', delayMs: 2000 });
    expect(endingOf(error, attempt(3), policy)).toEqual({
      kind: 'quarantined',
      reason: { code: 'EIO', reason: 'i/o error' },
    });
  });
});
