import { describe, expect, it } from 'vitest';
import { formatBytes, printTable } from '../../src/cli/output.js';
import { startProgress } from '../../src/cli/progress.js';
import { CapturedTerminal } from './capture.js';

describe('progress', () => {
  it('is a plain line every few seconds where there is no terminal', () => {
    const terminal = new CapturedTerminal();
    let now = 0;
    const progress = startProgress({
      terminal,
      label: 'Drawing',
      total: 100,
      unit: 'images',
      now: () => now,
    });
    for (let done = 1; done <= 100; done += 1) {
      now += 200;
      progress.update(done, done === 100 ? 'last' : undefined);
    }
    progress.finish();
    expect(terminal.text.err.split('\n')).toEqual([
      'Drawing: 25/100 images (25 %), 5.0 images/s, 15 s left',
      'Drawing: 50/100 images (50 %), 5.0 images/s, 10 s left',
      'Drawing: 75/100 images (75 %), 5.0 images/s, 5 s left',
      'Drawing: 100/100 images (100 %), 5.0 images/s, 20 s | last',
      '',
    ]);
  });

  it('is a bar on a terminal, whose line ends', () => {
    const terminal = new CapturedTerminal();
    Object.assign(terminal.err, {
      isTTY: true,
      columns: 100,
      cursorTo: () => true,
      moveCursor: () => true,
      clearLine: () => true,
    });
    const progress = startProgress({ terminal, label: 'Drawing', total: 10, unit: 'images' });
    progress.update(10);
    progress.finish();
    expect(terminal.text.err).toMatch(/Drawing .*100 % \| 10\/10 images/);
    expect(terminal.text.err.endsWith('\n')).toBe(true);
  });
});

describe('text', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [227_522_060, '217 MiB'],
  ])('of %d bytes is %s', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });

  it('of a table is in columns, with numbers to the right', () => {
    const terminal = new CapturedTerminal();
    const columns = [{ title: 'NAME' }, { title: 'COUNT', align: 'right' }] as const;
    printTable(terminal, columns, [
      ['a', '7'],
      ['longer', '1234567'],
    ]);
    expect(terminal.text.out).toBe('NAME      COUNT\na             7\nlonger  1234567\n');
  });
});
