import * as Plot from '@observablehq/plot';
import { draw, FONT_SIZE, GRID, SOFT, WIDTH } from './draw.js';
import { shorten } from './legend.js';
import { headingMark, strokeOf } from './marks.js';
import type { Series } from './series.js';

export type PanelPoint = readonly [x: number, y: number];

export interface Curve extends Series {
  readonly points: readonly PanelPoint[];
  /** Shown after the name: the area below the curve. */
  readonly note: string;
}

export interface CurvePanel {
  readonly title: string;
  /** Text above the plot, for instance a class. */
  readonly heading: string;
  readonly curves: readonly Curve[];
}

/** Draws the true positive rate (share of the class that is found) over the false positive rate. */
export function rocPanel(panel: CurvePanel): string {
  return drawPanel(panel, {
    x: 'false positive rate',
    y: 'sensitivity',
    notes: 'bottom-right',
    marks: [Plot.line(DIAGONAL, { stroke: SOFT, strokeWidth: 1, strokeDasharray: '1 3' })],
    curve: 'linear',
  });
}

/**
 * Draws precision over recall.
 * @param prevalence share of the class among all images: the precision of guessing
 */
export function precisionRecallPanel(panel: CurvePanel, prevalence: number): string {
  return drawPanel(panel, {
    x: 'recall',
    y: 'precision',
    notes: 'bottom-left',
    marks: [Plot.ruleY([prevalence], { stroke: SOFT, strokeWidth: 1, strokeDasharray: '1 3' })],
    // No image changes sides between two thresholds, so the precision at the higher recall applies.
    curve: 'step-before',
  });
}

const DIAGONAL: readonly PanelPoint[] = [
  [0, 0],
  [1, 1],
];
const LINE_HEIGHT = 15;
/** Number of notes in a panel; more would cover the curves. */
export const NOTES = 4;

interface CurveAxes {
  readonly x: string;
  readonly y: string;
  readonly notes: 'bottom-left' | 'bottom-right';
  readonly marks: readonly Plot.Markish[];
  readonly curve: 'linear' | 'step-before';
}

function drawPanel({ title, heading, curves }: CurvePanel, { x, y, notes, marks, curve }: CurveAxes): string {
  const scale = { domain: [0, 1], ticks: 5, labelArrow: 'none', labelAnchor: 'center' } as const;
  return draw({
    title,
    width: WIDTH.third,
    height: WIDTH.third + 20,
    marginTop: 26,
    marginLeft: 48,
    marginRight: 8,
    marginBottom: 38,
    x: { ...scale, label: x },
    y: { ...scale, label: y },
    marks: [
      Plot.frame({ stroke: GRID }),
      ...marks,
      ...curves.map((each) =>
        Plot.line(ascending(each.points), { ...strokeOf(each, 1.75), curve, strokeLinejoin: 'round' }),
      ),
      ...(curves.length > NOTES ? [] : noteMarks(curves, notes)),
      headingMark(heading),
    ],
  });
}

function noteMarks(curves: readonly Curve[], corner: CurveAxes['notes']): Plot.Markish[] {
  return curves.map(({ name, note, colour }, index) =>
    Plot.text([`${shorten(name, 18)}  ${note}`], {
      frameAnchor: corner,
      textAnchor: corner === 'bottom-left' ? 'start' : 'end',
      dx: corner === 'bottom-left' ? 6 : -6,
      dy: -8 - (curves.length - 1 - index) * LINE_HEIGHT,
      fill: colour,
      stroke: 'white',
      strokeWidth: 4,
      fontSize: FONT_SIZE - 1,
      fontWeight: 600,
    }),
  );
}

/** Points with ascending x: a curve may start at either end. */
function ascending(points: readonly PanelPoint[]): readonly PanelPoint[] {
  return (points[0]?.[0] ?? 0) <= (points.at(-1)?.[0] ?? 0) ? points : points.toReversed();
}
