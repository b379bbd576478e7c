import { Random } from '../random.js';
import type { ResamplingUnits } from './resampling-units.js';

export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Resamples and seed, which are part of the meaning of `metricsVersion`: the same predictions give the same
 * intervals everywhere.
 */
export const BOOTSTRAP: BootstrapOptions = { resamples: 1000, seed: 1 };

/**
 * Figures of resamples. Each draws the number of existing units with replacement, and all images of a drawn
 * unit (cluster bootstrap; Davison and Hinkley, "Bootstrap Methods and their Application" (1997), section
 * 3.8; Field and Welsh, Journal of the Royal Statistical Society B 69 (2007), 369–390).
 *
 * - No strata. A patient has cells of several classes, so patients cannot be drawn class by class; and
 *   another data set would have other numbers per class, which is part of the uncertainty of every mean over
 *   classes.
 * - A resample is a weight per image, not a list of images: measures that need sorted images sort once
 *   (`ranking.ts`).
 * - The draws depend on the seed and the number of units only, so two models of the same images have the same
 *   resamples.
 *
 * @param figures called with the weights; the array is used again for the next resample
 */
export function bootstrap<Figures>(
  units: ResamplingUnits,
  figures: (weights: Uint32Array) => Figures,
  { resamples, seed }: BootstrapOptions,
): Figures[] {
  if (units.count === 0) return [];
  const random = new Random(seed, 'bootstrap');
  const drawn = new Uint32Array(units.count);
  const weights = new Uint32Array(units.ofImage.length);
  return Array.from({ length: resamples }, () => {
    draw(drawn, random);
    for (let image = 0; image < weights.length; image++)
      weights[image] = drawn[units.ofImage[image] ?? 0] ?? 0;
    return figures(weights);
  });
}

function draw(drawn: Uint32Array, random: Random): void {
  drawn.fill(0);
  for (let left = drawn.length; left > 0; left--) {
    const unit = random.integer(0, drawn.length - 1);
    drawn[unit] = (drawn[unit] ?? 0) + 1;
  }
}
