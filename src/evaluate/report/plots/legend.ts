import * as Plot from '@observablehq/plot';
import { FONT_SIZE, WIDTH } from './draw.js';
import { strokeOf } from './marks.js';
import type { Series } from './series.js';

export interface LegendPlace {
  /** Width of the plot, in pixels. */
  readonly width: number;
  readonly marginLeft: number;
  readonly marginTop: number;
}

const ROW = 18;
const SAMPLE = 16;
/**
 * Average width of a sans-serif letter or digit, with a margin: text cannot be measured without a browser.
 */
export const LETTER = FONT_SIZE * 0.58;

/** Names of series above a plot, wrapped into rows. `sizeBelowLegend` leaves room for them. */
export function legend(series: readonly Series[], kind: 'bar' | 'line', place: LegendPlace): Plot.Markish[] {
  return entries(series, place).flatMap(({ name, colour, dash, left, top }) => {
    const at = { frameAnchor: 'top-left', facet: 'super' } as const;
    const [dx, dy] = [left, top - place.marginTop + ROW / 2];
    const sample =
      kind === 'bar'
        ? Plot.dot([0], { ...at, dx: dx + SAMPLE / 2, dy, r: 6, symbol: 'square', fill: colour })
        : Plot.vector([0], { ...at, ...SAMPLE_LINE, ...strokeOf({ colour, dash }), dx: dx + SAMPLE / 2, dy });
    return [
      sample,
      Plot.text([name], {
        ...at,
        text: (text: string) => text,
        dx: dx + SAMPLE + 8,
        dy,
        textAnchor: 'start',
        lineAnchor: 'middle',
      }),
    ];
  });
}

/**
 * The size of a plot of full width: its marks are `height` pixels high and begin `gap` pixels below its
 * legend.
 */
export function sizeBelowLegend(
  series: readonly Series[],
  { marginLeft, height, gap = 26 }: { marginLeft: number; height: number; gap?: number },
): LegendPlace & { readonly height: number } {
  const width = WIDTH.full;
  const rows = entries(series, { width, marginLeft }).map(({ top }) => top + ROW);
  const marginTop = Math.max(0, ...rows) + gap;
  return { width, height: height + marginTop, marginLeft, marginTop };
}

/** A vector shape that is a plain line instead of an arrow. */
const LINE = {
  draw(context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }, length: number) {
    context.moveTo(0, 0);
    context.lineTo(0, -length);
  },
};

/** A line as long as a sample of it needs to be. */
const SAMPLE_LINE = { length: SAMPLE + 6, rotate: 90, shape: LINE, anchor: 'middle' } as const;

function entries(series: readonly Series[], { width, marginLeft }: Omit<LegendPlace, 'marginTop'>) {
  let [left, top] = [0, 0];
  return series.map((each) => {
    const name = shorten(each.name);
    const size = SAMPLE + 8 + name.length * LETTER + 14;
    if (left > 0 && marginLeft + left + size > width) [left, top] = [0, top + ROW];
    const entry = { ...each, name, left, top };
    left += size;
    return entry;
  });
}

/** Shortens a name of any length; the tables next to a plot have the full names. */
export function shorten(name: string, letters = 32): string {
  return name.length <= letters ? name : `${name.slice(0, letters / 2 - 1)}…${name.slice(-letters / 2)}`;
}
