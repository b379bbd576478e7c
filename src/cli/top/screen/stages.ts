import { createElement, type ReactElement } from 'react';
import { STAGES } from '../../../telemetry/telemetry.js';
import { formatBrief } from '../../../text/duration.js';
import { difference, EMPTY, mean, quantile } from '../histogram.js';
import type { Seen } from '../view.js';
import { Lines, type CellProps } from './cells.js';

const NAME_WIDTH = 17;
const FIGURE_WIDTH = 8;
export const STAGES_WIDTH = NAME_WIDTH + 3 * FIGURE_WIDTH;

/** How long an image takes in each stage. */
export function Stages({ figures, span }: Seen): ReactElement {
  const when = span.before ? `last ${Math.round(span.seconds)} s` : 'since start';
  const rows = ['settle', ...STAGES].map((stage) => {
    const histogram = difference(figures.stages.get(stage) ?? EMPTY, span.before?.stages.get(stage));
    return row(stage, [mean(histogram), quantile(histogram, 0.5), quantile(histogram, 0.99)]);
  });
  const titles = ['MEAN', 'P50', 'P99'].map((text) => figure(text, 'title'));
  return createElement(Lines, {
    lines: [[{ text: `STAGE ${when}`, width: NAME_WIDTH, tone: 'title' }, ...titles], ...rows],
  });
}

function row(stage: string, seconds: readonly (number | undefined)[]): CellProps[] {
  return [
    { text: stage, width: NAME_WIDTH },
    ...seconds.map((each) => figure(each === undefined ? '–' : formatBrief(each))),
  ];
}

function figure(text: string, tone: 'plain' | 'title' = 'plain'): CellProps {
  return { text, width: FIGURE_WIDTH, align: 'right', tone };
}
