import * as Plot from '@observablehq/plot';
import { wilsonInterval } from '../../../statistics/wilson.js';
import type { Calibration } from '../../metrics.js';
import { draw, FONT_SIZE, GRID, INK, SOFT, WIDTH } from './draw.js';
import { shorten } from './legend.js';
import { headingMark } from './marks.js';

export interface Reliability {
  readonly title: string;
  readonly heading: string;
  readonly colour: string;
  readonly calibration: Calibration;
}

const MARGINS = { marginLeft: 58, marginRight: 20 } as const;
const AXIS = {
  ticks: 5,
  tickFormat: (value: number) => `${Math.round(value * 100)} %`,
  labelAnchor: 'center',
  labelArrow: 'none',
} as const;

/**
 * Draws the share right over the mean confidence, with Wilson intervals. On the diagonal, a model's
 * confidence equals its share right.
 */
export function reliabilityDiagram({ title, heading, colour, calibration }: Reliability): string {
  const bins = filledBins(calibration);
  return draw({
    title,
    width: WIDTH.half,
    height: 300,
    marginTop: 26,
    marginBottom: 38,
    ...MARGINS,
    x: { domain: [0, 1] },
    y: { domain: [0, 1] },
    marks: [
      Plot.frame({ stroke: GRID }),
      Plot.axisX({ ...AXIS, label: 'confidence (mean of the bin)' }),
      Plot.axisY({ ...AXIS, label: 'share right' }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: SOFT, strokeDasharray: '1 3' },
      ),
      Plot.line(bins, {
        x: 'confidence',
        y: 'shareRight',
        stroke: colour,
        strokeWidth: 1.5,
        strokeOpacity: 0.6,
      }),
      Plot.ruleX(bins, { x: 'confidence', y1: 'low', y2: 'high', stroke: colour, strokeWidth: 1.25 }),
      Plot.dot(bins, { x: 'confidence', y: 'shareRight', r: 4, fill: colour, stroke: 'white' }),
      headingMark(shorten(heading)),
    ],
  });
}

/**
 * Draws how many images have which confidence: a point of the diagram means little if its bin has few images.
 */
export function confidenceHistogram({ title, colour, calibration }: Omit<Reliability, 'heading'>): string {
  return draw({
    title,
    width: WIDTH.half,
    height: 110,
    marginTop: 16,
    marginBottom: 38,
    ...MARGINS,
    x: { domain: [0, 1] },
    y: { label: null, axis: null },
    marks: [
      Plot.axisX({ ...AXIS, label: 'images per bin of confidence' }),
      Plot.rectY(calibration.bins, { x1: 'low', x2: 'high', y: 'images', fill: colour, inset: 1 }),
      Plot.text(
        calibration.bins.filter(({ images }) => images > 0),
        {
          x: ({ low, high }: { low: number; high: number }) => (low + high) / 2,
          y: 'images',
          text: ({ images }: { images: number }) => images.toLocaleString('en-US'),
          dy: -4,
          lineAnchor: 'bottom',
          fontSize: FONT_SIZE - 2,
          fill: INK,
        },
      ),
      Plot.ruleY([0], { stroke: INK }),
    ],
  });
}

function filledBins({ bins }: Calibration) {
  return bins.flatMap(({ images, confidence, shareRight }) =>
    confidence === null || shareRight === null
      ? []
      : [{ confidence, shareRight, ...wilsonInterval(shareRight * images, images) }],
  );
}
