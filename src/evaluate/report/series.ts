import type { Metrics } from '../metrics.js';
import { seriesNamed, type Series } from './plots/series.js';
import { referenceOf } from './report-input.js';

/** How each model looks in every plot, in the metrics' order. */
export function seriesOf({ models }: Pick<Metrics, 'models'>): Series[] {
  return seriesNamed(models.map(referenceOf));
}
