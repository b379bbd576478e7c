import type { Estimate, EvaluatedModel, ModelMetrics } from '../metrics.js';
import { formatPercent, formatPercentInterval } from './format.js';
import { SOUGHT } from './report-input.js';
import { soughtSensitivity } from './sought.js';

type GroupValues = EvaluatedModel['by'];

const MEASURES: readonly (readonly [string, (metrics: ModelMetrics) => Estimate | undefined])[] = [
  ['classified correctly', ({ shareRight }) => shareRight],
  [
    `${SOUGHT.class} found at ${SOUGHT.specificity * 100} % specificity`,
    (metrics) => soughtSensitivity(metrics)?.sensitivity,
  ],
];

/**
 * Sentences on values (hospitals) whose interval is wholly below another's. Intervals that do not overlap are
 * a stricter sign than a test at 5 %: a value that is named should be examined; values that are not named may
 * still differ.
 */
export function differences(by: GroupValues): string[] {
  return MEASURES.flatMap(([measure, estimateOf]) => {
    const known = Object.entries(by).flatMap(([value, metrics]) => {
      const estimate = estimateOf(metrics);
      return estimate === undefined || estimate.low === null || estimate.high === null
        ? []
        : [{ value, estimate, low: estimate.low, high: estimate.high }];
    });
    const best = known.toSorted((a, b) => b.low - a.low)[0];
    return known
      .filter(({ high }) => best !== undefined && high < best.low)
      .map(({ value, estimate }) =>
        sentence(measure, value, estimate, best?.value ?? '', best?.estimate ?? estimate),
      );
  });
}

function sentence(measure: string, value: string, low: Estimate, other: string, high: Estimate): string {
  return `${value} below ${other}, ${measure}: ${figure(low)} against ${figure(high)}`;
}

function figure(estimate: Estimate): string {
  return `${formatPercent(estimate.value)} (${formatPercentInterval(estimate)})`;
}
