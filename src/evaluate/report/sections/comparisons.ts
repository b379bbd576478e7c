import type { Comparison, Metrics } from '../../metrics.js';
import { counted, formatP } from '../format.js';
import { markup, NOTHING, type Content } from '../markup.js';
import type { ReportSection } from '../section.js';
import { small, table } from '../table.js';

const SIGNIFICANT = 0.05;

/** McNemar's test and the difference in words, for each pair of models. */
export function comparisons({ comparisons, data: { groups } }: Metrics): ReportSection {
  const columns = [
    { title: 'Models', hint: 'first, second' },
    { title: 'Right alone', hint: 'first : second' },
    { title: 'Difference of shares right', hint: 'in percentage points' },
    { title: 'McNemar' },
    { title: 'In words', align: 'left' },
  ] as const;
  const rows = comparisons.map((each) => [
    markup`${each.first}<br>${each.second}`,
    `${each.onlyFirstRight} : ${each.onlySecondRight}`,
    difference(each),
    markup`${formatP(each.pValue)}${small(testOf(each))}`,
    inWords(each, groups > 0),
  ]);
  return {
    id: 'comparison',
    title: 'Models against each other',
    content: [
      byGroups(groups),
      manyTests(comparisons.length),
      table(columns, rows, { className: 'comparisons' }),
    ],
  };
}

function testOf({ method, statistic }: Comparison): string {
  return method === 'exact' ? 'exact binomial' : `χ² = ${statistic.toFixed(2)}`;
}

function difference({ difference: { value, low, high } }: Comparison): Content {
  const interval = low === null || high === null ? '' : `${points(low)} to ${points(high)}`;
  return markup`${value === null ? '–' : points(value)}${small(interval)}`;
}

/** Formats percentage points: `+3.2`, `−0.4`. */
function points(share: number): string {
  const text = Math.abs(share * 100).toFixed(1);
  return Number(text) === 0 ? text : `${share < 0 ? '−' : '+'}${text}`;
}

/**
 * The conclusion from a comparison, in words.
 * @param isGrouped images of one patient are similar, so McNemar's p is too small and the interval of the
 *   difference decides
 */
export function inWords(comparison: Comparison, isGrouped: boolean): string {
  const { first, second, onlyFirstRight, onlySecondRight } = comparison;
  if (onlyFirstRight + onlySecondRight === 0) return 'Both are right on the same images.';
  if (onlyFirstRight === onlySecondRight) return 'Neither is right more often than the other.';
  const better = onlyFirstRight > onlySecondRight ? first : second;
  const more = counted(Math.abs(onlyFirstRight - onlySecondRight), 'image');
  return isBeyondChance(comparison, isGrouped)
    ? `${better} is right on ${more} more. Chance alone would hardly do that.`
    : `${better} is right on ${more} more, but that may be chance: these images do not show a difference between the models.`;
}

function isBeyondChance({ pValue, difference: { low, high } }: Comparison, isGrouped: boolean): boolean {
  if (!isGrouped || low === null || high === null) return pValue < SIGNIFICANT;
  return low > 0 || high < 0;
}

function byGroups(groups: number): Content {
  if (groups === 0) return NOTHING;
  return markup`<p class="note lead">McNemar’s test treats images as independent. Images of one patient are similar, so its p is too
small here; the text follows the interval of the difference, which is computed by patient.</p>\n`;
}

function manyTests(tests: number): Content {
  if (tests < 2) return NOTHING;
  return markup`<p class="note lead">With ${tests} comparisons, one may be below 0.05 by chance: read p against
${(SIGNIFICANT / tests).toFixed(3)} instead (Bonferroni).</p>\n`;
}
