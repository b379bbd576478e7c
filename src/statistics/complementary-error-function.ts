/**
 * Limit between the two methods: from here the continued fraction converges in fewer than a hundred steps,
 * and 1 − erf begins to lose digits.
 */
const SERIES_UP_TO = 2;
/**
 * Below half the distance between neighbouring numbers at 1, so that a term or factor no longer changes the
 * result.
 */
const NEGLIGIBLE = 1e-17;
const FRACTION_STEPS = 200;

/**
 * erfc(x) = 1 − erf(x) for x ≥ 0, within 1e-12 of the value: JavaScript has none. Small x by the series
 * erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms are all positive and so cancel nothing;
 * large x, where 1 − erf would cancel, by the continued fraction √π e^(x²) erfc(x) = 1/(x + ½/(x + 1/(x +
 * ³⁄₂/(x + …)))).
 *
 * Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 7.1.6 and 7.1.14.
 */
export function complementaryErrorFunction(x: number): number {
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  return x < SERIES_UP_TO ? 1 - 2 * scale * series(x) : scale / fraction(x);
}

function series(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; term > sum * NEGLIGIBLE; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return sum;
}

/**
 * The continued fraction from its innermost step outwards: at x ≥ 2 the omitted steps matter less than
 * rounding.
 */
function fraction(x: number): number {
  let value = x;
  for (let step = FRACTION_STEPS; step >= 1; step--) value = x + step / 2 / value;
  return value;
}
