import type { Metrics } from '../metrics.js';
import type { Series } from './plots/series.js';
import { referenceOf } from './report-input.js';

/**
 * Told apart by persons with any colour vision and, by their lightness and dashes, on a black-and-white print. The first
 * is the report's accent colour.
 */
const COLOURS = ['#0b5c94', '#d97d0d', '#7b4b94', '#2f9074', '#6fb1dc', '#5a6670'] as const;
const DASHES = [undefined, '6 2.5', '2 2', '8 2 2 2', '4 4', '1 3'] as const;

/** How each model looks in every plot, in the metrics' order. After six, colours come again with other dashes. */
export function seriesOf({ models }: Pick<Metrics, 'models'>): Series[] {
  return models.map((model, index) => {
    const dash = DASHES[(index + Math.floor(index / COLOURS.length)) % DASHES.length];
    const colour = COLOURS[index % COLOURS.length] ?? COLOURS[0];
    return { name: referenceOf(model), colour, ...(dash === undefined ? {} : { dash }) };
  });
}
