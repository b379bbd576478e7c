import { createElement } from 'react';
import { render } from 'ink-testing-library';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Screen } from '../../../src/cli/top/live.js';
import { frameText, type FrameProps } from '../../../src/cli/top/screen/frame.js';
import { sparkline } from '../../../src/cli/top/screen/words.js';
import { wantsColours } from '../../../src/cli/top/screen/tones.js';
import type { Seen, View } from '../../../src/cli/top/view.js';
import { reportOf, seenWith, viewOf } from './seen.js';

// Ink looks for a terminal with colours when it is loaded.
vi.hoisted(() => (process.env['FORCE_COLOR'] = '1'));

let seen: Seen;
beforeAll(async () => {
  seen = await seenWith();
});

function textOf(view: View, size: { columns?: number; rows?: number } = {}): string {
  return frameText({ view, url: 'lab.yaml', columns: 80, rows: 23, ...size });
}

/** The screen, as it is drawn into a terminal; ends with the test. */
function screen(view: View, props: Partial<FrameProps> = {}): ReturnType<typeof render> {
  const all = { view, url: 'lab.yaml', columns: 80, rows: 23, colours: false, ...props };
  const app = render(createElement(Screen, all));
  onTestFinished(() => app.unmount());
  return app;
}

describe('A frame', () => {
  it('has everything that there is to see in 80 × 23', () => {
    const lines = textOf(viewOf(seen)).split('\n');
    expect(lines).toHaveLength(23);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toMatch(
      /^smearwatch 0\.1\.0 {2}up 3 h 12 min {2}http:\/\/127\.0\.0\.1:9464 +\d\d:\d\d:\d\d {2}READY$/,
    );
    expect(lines.slice(2, 7)).toEqual([
      expect.stringMatching(/^Throughput {2}12\.4 images\/s, now 13\.1 +[▁-█]{35,} 3 min$/),
      'Work        12 queued, 16 running, 10234 done, 3 quarantined',
      'Workers     2 of 2, 1 busy; 16 images in flight',
      'Decoded     smearwatch-jpeg 10231, libvips 3',
      'Sinks       ndjson 7 waiting',
    ]);
    expect(lines[11]).toBe('read              20.0 ms 17.5 ms 24.9 ms  ok    sinks');
    expect(lines[18]).toBe('alexnet@1             smearwatch-winograd              fp32              30.0');
    expect(lines[19]).toContain('onnxruntime: kernel-unavailable  fp32');
    expect(lines[22]).toMatch(/^\d\d:\d\d:\d\d {2}lymphocyte {8}0\.900 +left\/slide-7\/cell-0001\.png$/);
  });

  it.each([
    [120, 49],
    [200, 60],
    [80, 23],
    [60, 15],
    [30, 5],
    [10, 1],
  ])('of %i × %i is never larger than the screen', (columns, rows) => {
    const lines = textOf(viewOf(seen), { columns, rows }).split('\n');
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it('shows more results on a taller screen', () => {
    expect(textOf(viewOf(seen), { rows: 40 }).match(/cell-0001/g)).toHaveLength(19);
  });

  it('lets no file name command the terminal, and keeps the end of a long one', () => {
    if (!('records' in seen.recent)) throw new Error('no records');
    const [record] = seen.recent.records;
    const image = { ...record!.image, path: `${'deep/'.repeat(40)}evil\u001b[2J.png` };
    const text = textOf(viewOf({ ...seen, recent: { records: [{ ...record!, image }] } }));
    expect(text).toContain('deep/evil�[2J.png');
    expect(text).not.toContain('\u001b');
  });

  it('says over which time its figures are', () => {
    const span = { before: seen.figures, seconds: 58.4 };
    const text = textOf(viewOf({ ...seen, span }));
    expect(text).toContain('STAGE last 58 s');
    expect(text).toMatch(/^record +– +– +– /m);
  });

  it('says why there are no results', () => {
    const text = textOf(viewOf({ ...seen, recent: { missing: 'Use --config.' } }));
    expect(text.trimEnd()).toMatch(/Use --config\.$/);
  });

  it('before the first answer says whom it asks', () => {
    expect(textOf(viewOf(undefined))).toMatch(/^smearwatch {2}lab\.yaml +\S+ {2}ASKING/);
  });
});

describe('What is wrong', () => {
  const sick = (): View =>
    viewOf({ ...seen, report: reportOf({}, ['1 of 2 workers missing', 'sink json fails: ENOSPC']) });

  it('has a word, and the reasons of /readyz', () => {
    const lines = textOf(sick()).split('\n');
    expect(lines[0]).toMatch(/ NOT READY$/);
    expect(lines[1]).toBe('1 of 2 workers missing; sink json fails: ENOSPC');
    expect(lines[11]).toContain('WARN  sinks    json fails: ENOSPC');
  });

  it('is said when the daemon does not answer, with the age of the figures', () => {
    const away = { since: new Date('2026-03-01T11:13:00Z'), reason: 'No daemon answers (ECONNREFUSED)' };
    const lines = textOf(viewOf(seen, { away })).split('\n');
    expect(lines[0]).toMatch(/ AWAY$/);
    expect(lines[1]).toMatch(/^Since \S+, figures of \S+: No daemon answers \(ECONNREFUSED\)$/);
    expect(lines[3]).toContain('10234 done');
  });

  describe('in a terminal', () => {
    it('has the same words with and without colours', () => {
      // eslint-disable-next-line no-control-regex -- control characters are what it is about
      const words = (frame = ''): string => frame.replace(/\u001b\[[0-9;]*m/g, '');
      const coloured = screen(sick(), { colours: true }).lastFrame();
      const plain = screen(sick(), { colours: false }).lastFrame();
      expect(words(coloured)).toBe(words(plain));
      expect(coloured).toContain('\u001b[41m');
      expect(coloured).toContain(' NOT READY ');
      // eslint-disable-next-line no-control-regex -- no colour of the foreground or background, bold is allowed
      expect(plain).not.toMatch(/\u001b\[(3|4|9|10)[0-7]/);
    });
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: '' }, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '0' }, false],
  ])('with the environment %o has colours: %s', (environment, expected) => {
    expect(wantsColours(environment)).toBe(expected);
  });
});

describe('The screen', () => {
  it.each(['q', 'Q'])('ends at %s', async (key) => {
    const app = screen(viewOf(seen));
    expect(app.lastFrame()).toContain('q ends it');
    await expect.poll(() => app.stdin.listenerCount('readable')).toBe(1);
    app.stdin.write(key);
    await expect.poll(() => app.stdin.listenerCount('readable')).toBe(0);
  });

  it('follows the size of the terminal', () => {
    const app = screen(viewOf(seen), { rows: 23 });
    expect(app.lastFrame()?.split('\n')).toHaveLength(23);
    app.rerender(
      createElement(Screen, { view: viewOf(seen), url: 'x', columns: 100, rows: 49, colours: false }),
    );
    expect(app.lastFrame()?.split('\n')).toHaveLength(49);
  });
});

describe('A sparkline', () => {
  it.each([
    [[], ''],
    [[0, 0], '▁▁'],
    [[0, 0.001, 50, 100], '▁▂▅█'],
    [[undefined, 3, undefined, 0], ' █ ▁'],
  ])('of %o is "%s"', (values, expected) => {
    expect(sparkline(values)).toBe(expected);
  });
});
