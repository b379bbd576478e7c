import * as Plot from '@observablehq/plot';
import { draw, FONT_SIZE, GRID, INK, WIDTH } from './draw.js';
import { formatFigure } from '../format.js';
import { legend, LETTER, shorten, sizeBelowLegend } from './legend.js';
import type { Series } from './series.js';

export interface Bar {
  /** Label below a group of bars: a measure, a class. */
  readonly group: string;
  /** The name of one of the series. */
  readonly series: string;
  /** A share; null when it does not exist: a dash is drawn instead of the bar. */
  readonly value: number | null;
  /** Lower end of the interval, drawn as a whisker. */
  readonly low?: number | null;
  readonly high?: number | null;
}

export interface GroupedBars {
  readonly title: string;
  readonly groups: readonly string[];
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
}

const MARGIN_LEFT = 36;
/**
 * Width of a bar, in pixels, below which the numbers above the bars are vertical, because they would overlap.
 */
const NARROW_BAR = 32;
/** Smallest width of a bar with its gap: the vertical numbers above just do not touch. */
const SMALLEST_BAR = 18;

/** How many groups of `series` bars one plot can hold with legible numbers. */
export function groupsThatFit(series: number): number {
  return Math.max(1, Math.floor((WIDTH.full - MARGIN_LEFT) / (series * SMALLEST_BAR)));
}

/** Draws the paper's Figures 2 and 3: shares from 0 to 1, so that the bars' heights can be compared. */
export function groupedBars({ title, groups, series, bars }: GroupedBars): string {
  const facet = (WIDTH.full - MARGIN_LEFT) / groups.length;
  const barWidth = (facet / series.length) * 0.85;
  const isNarrow = barWidth < NARROW_BAR;
  const gap = isNarrow ? 44 : 26;
  const size = sizeBelowLegend(series, { marginLeft: MARGIN_LEFT, height: 170, gap });
  return draw({
    title,
    ...size,
    marginRight: 4,
    marginBottom: 26,
    fx: { domain: groups, padding: 0.12, label: null },
    x: { domain: series.map(({ name }) => name), axis: null, padding: 0.14 },
    y: { domain: [0, 1], label: null },
    color: { domain: series.map(({ name }) => name), range: series.map(({ colour }) => colour) },
    marks: [
      Plot.gridY({ ticks: 5, stroke: GRID, strokeOpacity: 1 }),
      Plot.axisY({ ticks: 5, tickSize: 0 }),
      Plot.axisFx({
        anchor: 'bottom',
        label: null,
        tickSize: 0,
        fontWeight: 600,
        tickFormat: (name: string) => shorten(name, Math.floor(facet / LETTER)),
      }),
      Plot.barY(bars, { ...POSITION, y: ({ value }: Bar) => value ?? 0, fill: 'series' }),
      Plot.ruleY([0], { stroke: INK }),
      ...whiskers(bars, barWidth),
      Plot.text(bars, {
        ...POSITION,
        y: topOf,
        text: ({ value }: Bar) => formatFigure(value),
        fontSize: FONT_SIZE - 1,
        fill: INK,
        dy: isNarrow ? -6 : -4,
        rotate: isNarrow ? -90 : 0,
        lineAnchor: isNarrow ? 'middle' : 'bottom',
        textAnchor: isNarrow ? 'start' : 'middle',
      }),
      ...legend(series, 'bar', size),
    ],
  });
}

const POSITION = { fx: 'group', x: 'series' } as const;

function whiskers(bars: readonly Bar[], barWidth: number): Plot.Markish[] {
  const known = bars.filter(({ low, high }) => typeof low === 'number' && typeof high === 'number');
  const ends = known.flatMap((bar) => [
    { ...bar, end: bar.low },
    { ...bar, end: bar.high },
  ]);
  return [
    Plot.ruleX(known, { ...POSITION, y1: 'low', y2: 'high', stroke: INK, strokeWidth: 1 }),
    Plot.tickY(ends, {
      ...POSITION,
      y: 'end',
      stroke: INK,
      strokeWidth: 1,
      inset: Math.min(8, barWidth / 4),
    }),
  ];
}

function topOf({ value, high }: Bar): number {
  return Math.max(value ?? 0, high ?? 0);
}
