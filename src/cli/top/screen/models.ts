import { createElement, type ReactElement } from 'react';
import { threePlaces } from '../../../text/duration.js';
import { printable } from '../../output.js';
import { describeComputations } from '../../status/describe.js';
import { modelKey } from '../figures.js';
import { difference, EMPTY } from '../histogram.js';
import type { Seen } from '../view.js';
import { Lines, type CellProps } from './cells.js';

/** The models in use, and what an image costs each. */
export function Models({ report, figures, span }: Seen): ReactElement {
  const images = difference(figures.batchImages ?? EMPTY, span.before?.batchImages).sum;
  const rows = report.status.models.map((model) => {
    const key = modelKey(model);
    const inference = difference(figures.inference.get(key) ?? EMPTY, span.before?.inference.get(key));
    const name = printable(`${model.name}@${model.version}`);
    const perImage = images > 0 && inference.count > 0 ? threePlaces((inference.sum / images) * 1000) : '–';
    return cells([name, printable(describeComputations(model)), printable(model.precision), perImage]);
  });
  return createElement(Lines, {
    lines: [cells(['MODEL', 'COMPUTED BY', 'PRECISION', 'MS PER IMAGE'], 'title'), ...rows],
  });
}

function cells(
  [name, computations, precision, perImage]: readonly [string, string, string, string],
  tone: 'plain' | 'title' = 'plain',
): CellProps[] {
  return [
    { text: name, width: 22, tone },
    { text: computations, width: 33, tone },
    { text: precision, width: 10, tone },
    { text: perImage, width: 12, align: 'right', tone },
  ];
}
