import { describe, expect, it, vi } from 'vitest';
import { StopSteps } from '../../src/daemon/stop-steps.js';

function setUp(limitMs: number): { steps: StopSteps; stopIncomplete: ReturnType<typeof vi.fn> } {
  const stopIncomplete = vi.fn();
  return { steps: new StopSteps({ limitMs, telemetry: { stopIncomplete } }), stopIncomplete };
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('The steps of a stop', () => {
  it('give what each part gives, and report nothing of parts that end', async () => {
    const { steps, stopIncomplete } = setUp(10_000);
    expect(await steps.run('pipeline', () => Promise.resolve(7))).toBe(7);
    expect(await steps.run('ledger', () => 8)).toBe(8);
    expect(stopIncomplete).not.toHaveBeenCalled();
  });

  it('go on after a part that fails, at once or later', async () => {
    const { steps, stopIncomplete } = setUp(10_000);
    const error = new Error('disk I/O error');
    const fail = (): never => {
      throw error;
    };
    await steps.run('ledger', fail);
    await steps.run('sinks', () => Promise.reject(error));
    expect(await steps.run('workers', () => 9)).toBe(9);
    expect(stopIncomplete.mock.calls).toEqual([
      [{ part: 'ledger', reason: 'it failed', error }],
      [{ part: 'sinks', reason: 'it failed', error }],
    ]);
  });

  it('go on after a part that does not end within its own limit', async () => {
    const { steps, stopIncomplete } = setUp(10_000);
    await steps.run('reloads', never, 20);
    expect(stopIncomplete).toHaveBeenCalledWith({
      part: 'reloads',
      reason: 'it has not ended within 20 ms',
    });
    expect(await steps.run('ledger', () => 8)).toBe(8);
  });

  it('have one limit together, after which each part still gets its turn', async () => {
    const { steps } = setUp(20);
    await steps.run('reloads', never);
    await steps.run('sinks', never);
    expect(await steps.run('ledger', () => 8)).toBe(8);
  });
});
