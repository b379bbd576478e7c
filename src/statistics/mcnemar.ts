import { complementaryErrorFunction } from './complementary-error-function.js';

export interface McNemarTest {
  readonly method: 'exact' | 'chi-squared';
  /** The smaller count when exact, else chi-squared. */
  readonly statistic: number;
  /** Probability of a difference at least this large when both models are equally often right; two-sided. */
  readonly pValue: number;
}

/**
 * Below this number of discordant images, chi-squared is a poor approximation of the binomial distribution.
 */
const EXACT_BELOW = 25;

/**
 * McNemar's test of whether two models are right equally often on the same images. Only images on which they
 * disagree count: if the models are equal, each falls to either side with probability ½.
 *
 * Q. McNemar, Psychometrika 12 (1947), 153–157; continuity correction (|b − c| − 1)² / (b + c) by A. L.
 * Edwards, Psychometrika 13 (1948), 185–187; its p-value, chi-squared with one degree of freedom, is
 * erfc(√(χ²/2)). Equal counts give χ² = 0, as in R: the correction must not turn no difference into one. The
 * test takes images as independent.
 */
export function mcNemarTest(onlyFirstRight: number, onlySecondRight: number): McNemarTest {
  const discordant = onlyFirstRight + onlySecondRight;
  const smaller = Math.min(onlyFirstRight, onlySecondRight);
  if (discordant < EXACT_BELOW)
    return { method: 'exact', statistic: smaller, pValue: Math.min(1, 2 * coinTail(smaller, discordant)) };
  const difference = Math.max(0, Math.abs(onlyFirstRight - onlySecondRight) - 1);
  const statistic = difference ** 2 / discordant;
  return { method: 'chi-squared', statistic, pValue: complementaryErrorFunction(Math.sqrt(statistic / 2)) };
}

/**
 * P(at most `heads` heads in `tosses` of a fair coin) = Σ C(tosses, k) / 2^tosses, in whole numbers until the
 * division.
 */
function coinTail(heads: number, tosses: number): number {
  let [ways, sum] = [1, 1];
  for (let k = 1; k <= heads; k++) {
    ways = (ways * (tosses - k + 1)) / k;
    sum += ways;
  }
  return sum / 2 ** tosses;
}
