import * as Plot from '@observablehq/plot';
import { draw, GRID, INK } from './draw.js';
import { legend, sizeBelowLegend } from './legend.js';
import { axisName, strokeOf } from './marks.js';
import type { Series } from './series.js';
import { movingMean, smoothingWindow, thinOut } from './smooth.js';

export interface TrainingCurve extends Series {
  /** Points of the curve, in the order of the iterations. */
  readonly points: readonly { readonly iteration: number; readonly value: number }[];
}

export interface TrainingCurves {
  readonly title: string;
  readonly label: string;
  /** The end of the y axis; without it, the largest value. */
  readonly max?: number;
  readonly curves: readonly TrainingCurve[];
}

const MARGIN_LEFT = 44;
/** Number of dots drawn; more cannot be distinguished at this width and only make the file larger. */
const DOTS = 1500;
const LINE_POINTS = 400;

/**
 * Draws the paper's Figures 4 and 5: a faint point for each iteration, and the mean of its neighbours as a
 * line.
 */
export function trainingCurves({ title, label, max, curves }: TrainingCurves): string {
  const size = sizeBelowLegend(curves, { marginLeft: MARGIN_LEFT, height: 230 });
  return draw({
    title,
    ...size,
    marginRight: 24,
    marginBottom: 36,
    x: { nice: true },
    y: { domain: [0, max ?? largest(curves)], nice: max === undefined },
    marks: [
      Plot.gridY({ ticks: 5, stroke: GRID, strokeOpacity: 1 }),
      Plot.axisY({ ticks: 5, tickSize: 0, label: null }),
      axisName(label, MARGIN_LEFT),
      Plot.axisX({
        ticks: 8,
        tickFormat: (value: number) => value.toLocaleString('en-US'),
        label: 'iteration',
        labelAnchor: 'center',
        labelArrow: 'none',
      }),
      ...curves.map(({ colour, points }) =>
        Plot.line(thinOut(points, DOTS), {
          x: 'iteration',
          y: 'value',
          curve: dots,
          stroke: colour,
          strokeOpacity: 0.34,
          strokeWidth: 2,
          strokeLinecap: 'round',
        }),
      ),
      ...curves.map((curve) =>
        Plot.line(smoothed(curve.points), { x: 'iteration', y: 'value', ...strokeOf(curve) }),
      ),
      Plot.ruleY([0], { stroke: INK }),
      ...legend(curves, 'line', size),
    ],
  });
}

/**
 * A curve that draws a dot at each point instead of a line between them, all in one SVG path: an element for
 * each of several thousand iterations would make the file ten times larger.
 */
function dots(context: PathContext) {
  const point = (x: number, y: number): void => {
    context.moveTo(x, y);
    context.lineTo(x, y);
  };
  const nothing = (): void => undefined;
  return { point, lineStart: nothing, lineEnd: nothing, areaStart: nothing, areaEnd: nothing };
}

interface PathContext {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

function smoothed(points: TrainingCurve['points']) {
  const means = movingMean(
    points.map(({ value }) => value),
    smoothingWindow(points.length),
  );
  return thinOut(
    points.map(({ iteration }, index) => ({ iteration, value: means[index] ?? 0 })),
    LINE_POINTS,
  );
}

function largest(curves: readonly TrainingCurve[]): number {
  return curves.reduce(
    (most, { points }) => points.reduce((top, { value }) => Math.max(top, value), most),
    0,
  );
}
