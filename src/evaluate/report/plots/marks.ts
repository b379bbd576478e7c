import * as Plot from '@observablehq/plot';
import { INK, SOFT } from './draw.js';

const HEADING = {
  frameAnchor: 'top-left',
  dy: -20,
  textAnchor: 'start',
  fontWeight: 600,
  fill: INK,
} as const;
const AXIS_NAME = {
  frameAnchor: 'top-left',
  dy: -10,
  lineAnchor: 'bottom',
  textAnchor: 'start',
  fill: SOFT,
} as const;

/** What stands above a plot, for instance a class. */
export function headingMark(text: string): Plot.Markish {
  return Plot.text([text], HEADING);
}

/** The name of the y axis, above it. */
export function axisName(text: string, marginLeft: number): Plot.Markish {
  return Plot.text([text], { ...AXIS_NAME, dx: -marginLeft });
}

interface Stroke {
  readonly colour: string;
  readonly dash?: string | undefined;
}

/** How the line of a series is drawn. */
export function strokeOf({ colour, dash }: Stroke, strokeWidth = 2) {
  return { stroke: colour, strokeWidth, ...(dash !== undefined && { strokeDasharray: dash }) };
}
