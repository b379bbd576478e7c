import { describe, expect, it, vi } from 'vitest';
import { OpenParts } from '../../src/daemon/open-parts.js';

const never = (): Promise<never> => new Promise(() => undefined);

function setUp() {
  const stopIncomplete = vi.fn();
  const closed: string[] = [];
  const opened = new OpenParts({ stopIncomplete });
  const add = (name: string): void => opened.add(name, () => closed.push(name));
  return { opened, closed, add, stopIncomplete };
}

describe('The open parts of a daemon', () => {
  it('close in the reverse order, each after the one before has ended, and report nothing', async () => {
    const { opened, closed, add, stopIncomplete } = setUp();
    add('ledger');
    opened.add('pipeline', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      closed.push('pipeline');
    });
    add('watchers');
    await opened.close(10_000);
    expect(closed).toEqual(['watchers', 'pipeline', 'ledger']);
    expect(stopIncomplete).not.toHaveBeenCalled();
  });

  it('say first of all that they close', async () => {
    const { opened, closed } = setUp();
    opened.closing.addEventListener('abort', () => closed.push('closing'));
    opened.add('ledger', () => closed.push('ledger'));
    await opened.close(10_000);
    expect(closed).toEqual(['closing', 'ledger']);
  });

  it('close what a late start opens at once, and end that start', async () => {
    const { opened, closed, add } = setUp();
    await opened.close(10_000);
    expect(() => add('workers')).toThrow('aborted');
    await vi.waitFor(() => expect(closed).toEqual(['workers']));
  });

  it('close after a part that fails, at once or later', async () => {
    const { opened, closed, add, stopIncomplete } = setUp();
    const error = new Error('disk I/O error');
    add('ledger');
    opened.add('sinks', () => Promise.reject(error));
    opened.add('HTTP', () => {
      throw error;
    });
    await opened.close(10_000);
    expect(closed).toEqual(['ledger']);
    expect(stopIncomplete.mock.calls).toEqual([
      [{ part: 'HTTP', reason: 'it failed', error }],
      [{ part: 'sinks', reason: 'it failed', error }],
    ]);
  });

  it('close after a part that does not end within its own limit', async () => {
    const { opened, closed, add, stopIncomplete } = setUp();
    add('ledger');
    opened.add('reloads', never, 20);
    await opened.close(10_000);
    const reason = 'it has not ended within 20 ms';
    expect(stopIncomplete.mock.calls).toEqual([[{ part: 'reloads', reason }]]);
    expect(closed).toEqual(['ledger']);
  });

  it('have one limit together, after which each part still gets its turn', async () => {
    const { opened, closed, add } = setUp();
    add('ledger');
    opened.add('sinks', never, Infinity);
    opened.add('reloads', never, Infinity);
    await opened.close(20);
    expect(closed).toEqual(['ledger']);
  });
});
