import { describe, expect, it, onTestFinished } from 'vitest';
import { SmearwatchError, type ErrorCode } from '../../src/errors.js';
import { IMAGES } from '../../src/errors/codes/images.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { Recorder, type RecorderParts } from '../../src/pipeline/recorder.js';
import type { IngestSettings } from '../../src/pipeline/settings.js';
import { temporaryFolder } from '../fixtures/folders.js';

const MAX_ATTEMPTS = 3;

/** A ledger with one claimed image, and what happened to it. */
function claimed() {
  const ledger = Ledger.own(temporaryFolder(), () => []);
  onTestFinished(() => ledger.close());
  const reported: string[] = [];
  const recorder = new Recorder({
    ledger,
    telemetry: {
      stageFinished: () => undefined,
      imageRecorded: () => undefined,
      labelRefused: () => undefined,
      imageRetried: ({ code }) => void reported.push(`retried ${code}`),
      imageQuarantined: ({ code }) => void reported.push(`quarantined ${code}`),
    } satisfies RecorderParts['telemetry'],
    // The retry is immediate: only a postponed image waits.
    config: () => ({ pipeline: { maxAttempts: MAX_ATTEMPTS, retryDelayMs: 0 } }) as unknown as IngestSettings,
    onEnded: () => undefined,
    onLedgerFailed: (error) => expect.unreachable(String(error)),
    signal: new AbortController().signal,
  });
  ledger.queue.enqueue('left', [{ path: 'a.png', size: 100, mtimeMs: 1 }]);
  const fail = async (error: unknown): Promise<void> => {
    const [claim] = ledger.queue.claim(1);
    if (claim) await recorder.recordFailure(claim, error);
  };
  return { ledger, reported, fail };
}

/** Codes by fate, as docs/images.md promises; `unexpected-error` stands for every failure without a code. */
const PERMANENT = [
  'image-empty',
  'image-format-unsupported',
  'image-truncated',
  'image-damaged',
  'image-too-large',
  'unexpected-size',
  'file-too-large',
  'file-vanished',
  'file-is-link',
  'file-not-regular',
  'name-not-utf8',
  'path-too-long',
  'scanner-unknown',
  'image-kills-process',
] as ErrorCode[];
const RETRIED = [
  'decode-timeout',
  'resize-unavailable',
  'file-unreadable',
  'inference-failed',
  'worker-lost',
  'task-timeout',
  'unexpected-error',
] as ErrorCode[];
const POSTPONED = ['file-changed', 'pool-closed', 'folder-missing', 'read-timeout'] as ErrorCode[];

describe('An image that fails', () => {
  it.each(PERMANENT)('with %s is quarantined at once', async (code) => {
    const { ledger, reported, fail } = claimed();
    await fail(new SmearwatchError(code, 'It failed'));
    expect(ledger.queue.counts()).toMatchObject({ queued: 0, running: 0, quarantined: 1 });
    expect(reported).toEqual([`quarantined ${code}`]);
  });

  it.each(RETRIED)('with %s is tried again, and quarantined after the last attempt', async (code) => {
    const { ledger, reported, fail } = claimed();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1)
      await fail(new SmearwatchError(code, 'It failed'));
    expect(ledger.queue.counts()).toMatchObject({ queued: 0, running: 0, quarantined: 1 });
    expect(reported).toEqual([`retried ${code}`, `retried ${code}`, `quarantined ${code}`]);
  });

  it('with an errno name is tried again, and quarantined under that name', async () => {
    const { reported, fail } = claimed();
    const error = Object.assign(new Error('i/o error'), { code: 'EIO' });
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) await fail(error);
    expect(reported).toEqual(['retried EIO', 'retried EIO', 'quarantined EIO']);
  });

  it.each(POSTPONED)('with %s stays queued for later, and no attempt is counted', async (code) => {
    const { ledger, reported, fail } = claimed();
    await fail(new SmearwatchError(code, 'It failed'));
    expect(ledger.queue.counts()).toMatchObject({ queued: 1, running: 0, quarantined: 0 });
    expect(ledger.queue.postponed()).toBe(1);
    expect(ledger.queue.claim(1)).toEqual([]);
    expect(reported).toEqual([]);
  });

  it('has a stated fate for every code of images', () => {
    expect([...PERMANENT, ...RETRIED, ...POSTPONED].toSorted()).toEqual(Object.keys(IMAGES).toSorted());
  });
});
