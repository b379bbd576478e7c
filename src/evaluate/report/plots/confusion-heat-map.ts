import * as Plot from '@observablehq/plot';
import { ACCENT, draw, FONT_SIZE, INK, SOFT, WIDTH } from './draw.js';
import { formatPercent } from '../format.js';
import { shorten } from './legend.js';

export interface ConfusionHeatMap {
  readonly title: string;
  readonly classes: readonly string[];
  /** Rows: the labelled class; columns: the predicted one. */
  readonly counts: readonly (readonly number[])[];
}

interface Cell {
  readonly row: string;
  readonly column: string;
  readonly count: number;
  /** Share of the row's images; null for an empty row. */
  readonly share: number | null;
}

const MARGIN_LEFT = 124;
const MARGIN_TOP = 44;

/** Whether there are more classes than are legible in half the report's width. */
export function isWide(classes: readonly string[]): boolean {
  return classes.length > 4;
}

/** Draws each cell's count and its share of the row; a darker cell has a larger share. */
export function confusionHeatMap({ title, classes, counts }: ConfusionHeatMap): string {
  const width = isWide(classes) ? WIDTH.full : WIDTH.half;
  const side = (width - MARGIN_LEFT) / classes.length;
  const cells = cellsOf(classes, counts);
  const isWordy = side >= 48;
  const isUpright = side < 62;
  const marginTop = isUpright ? 110 : MARGIN_TOP;
  const height = Math.min(side * 0.8, 56);
  return draw({
    title,
    width,
    height: marginTop + height * classes.length + 2,
    marginBottom: 2,
    marginLeft: MARGIN_LEFT,
    marginTop,
    marginRight: 0,
    x: { domain: classes, padding: 0.03 },
    y: { domain: classes, padding: 0.03 },
    color: { type: 'linear', domain: [0, 1], range: ['#f4f7fa', ACCENT] },
    marks: [
      Plot.axisX({
        anchor: 'top',
        tickSize: 0,
        lineHeight: 1.05,
        label: null,
        ...(isUpright ? { tickFormat: upright, tickRotate: -90 } : { tickFormat: twoLines }),
      }),
      Plot.axisY({
        label: null,
        tickSize: 0,
        tickFormat: upright,
        fontWeight: 600,
      }),
      Plot.cell(cells, { ...POSITION, fill: ({ share }: Cell) => share ?? 0, inset: 1, rx: 2 }),
      Plot.text(cells, {
        ...POSITION,
        text: ({ count }: Cell) => count.toLocaleString('en-US'),
        fill: inkOf,
        fontSize: FONT_SIZE + 2,
        fontWeight: 600,
        dy: isWordy ? -8 : 0,
      }),
      ...(isWordy ? [Plot.text(cells, { ...POSITION, text: shareOf, fill: inkOf, dy: 9 })] : []),
      Plot.text(['labelled ↓  classified →'], {
        frameAnchor: 'top-left',
        dx: -MARGIN_LEFT,
        dy: -14,
        textAnchor: 'start',
        fill: SOFT,
        fontSize: FONT_SIZE - 2,
      }),
    ],
  });
}

const POSITION = { x: 'column', y: 'row' } as const;

function cellsOf(classes: readonly string[], counts: ConfusionHeatMap['counts']): Cell[] {
  return counts.flatMap((row, actual) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => ({
      row: classes[actual] ?? '',
      column: classes[predicted] ?? '',
      count,
      share: all === 0 ? null : count / all,
    }));
  });
}

function upright(name: string): string {
  return shorten(name, 18);
}

/** Splits a name into two lines: `abnormal-monocyte` does not fit above a cell in one line. */
function twoLines(name: string): string {
  return shorten(name, 24).replace(/[-_ ]/, (separator) => (separator === '-' ? '-\n' : '\n'));
}

function shareOf({ share }: Cell): string {
  return formatPercent(share);
}

function inkOf({ share }: Cell): string {
  return (share ?? 0) > 0.5 ? '#ffffff' : INK;
}
