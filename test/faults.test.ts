import { describe, expect, it, vi } from 'vitest';
import type * as Faults from '../src/faults.js';

/** The module reads the environment when it is loaded. */
async function withEnvironment(environment: Record<string, string>): Promise<typeof Faults> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.resetModules();
  try {
    return await import('../src/faults.js');
  } finally {
    vi.unstubAllEnvs();
  }
}

describe('Faults', () => {
  it('strike at the passing that was asked for, once', async () => {
    const { faultPoint } = await withEnvironment({ NODE_ENV: 'test', SMEARWATCH_FAULT: 'fail@recorded:2' });
    faultPoint('recorded');
    faultPoint('queued');
    expect(() => faultPoint('recorded')).toThrow('ENOSPC');
    faultPoint('recorded');
  });

  it('can be narrowed to a name, and then strike each time', async () => {
    const { faultPoint } = await withEnvironment({
      NODE_ENV: 'test',
      SMEARWATCH_FAULT: 'fail@preparing=bad',
    });
    faultPoint('preparing', 'good.png');
    expect(() => faultPoint('preparing', 'bad.png')).toThrow('preparing');
    expect(() => faultPoint('preparing', 'bad.png')).toThrow('preparing');
  });

  it('tear a write only when the fault is next', async () => {
    const { faultPoint, torn } = await withEnvironment({
      NODE_ENV: 'test',
      SMEARWATCH_FAULT: 'fail@ndjson-half-written:2',
    });
    expect(torn('ndjson-half-written', 'abcd')).toBe('abcd');
    faultPoint('ndjson-half-written');
    expect(torn('ndjson-half-written', 'abcd')).toBe('ab');
  });

  it('are refused by a daemon in use, and do nothing there', async () => {
    const { faultPoint, refuseFaultsInUse } = await withEnvironment({
      NODE_ENV: 'production',
      SMEARWATCH_FAULT: 'fail@recorded',
    });
    faultPoint('recorded');
    expect(() => refuseFaultsInUse({ SMEARWATCH_FAULT: 'fail@recorded' })).toThrow('SMEARWATCH_FAULT');
    refuseFaultsInUse({});
    refuseFaultsInUse({ NODE_ENV: 'test', SMEARWATCH_FAULT: 'fail@recorded' });
  });
});
