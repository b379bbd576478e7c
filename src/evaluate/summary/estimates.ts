import { percentileInterval } from '../../statistics/percentile-interval.js';
import type { ResamplingUnits } from '../../statistics/resampling-units.js';
import { wilsonInterval, type Interval } from '../../statistics/wilson.js';
import type { Estimate } from '../metrics.js';
import { figureOrNull } from './figure-or-null.js';

/** Estimates a figure from its resamples. */
export function bootstrapEstimate(value: number, resampled: readonly number[]): Estimate {
  return estimate(value, percentileInterval(value, resampled), 'bootstrap');
}

/** A share: the images that it is computed from, and those that hit, both by the image's index. */
export interface Share {
  readonly of: (image: number) => boolean;
  readonly hit: (image: number) => boolean;
}

/**
 * Estimates a share of images. Independent images use Wilson's interval. Grouped images use the bootstrap,
 * unless all or no images hit, when every resample is the same; then Wilson's interval counts each group as
 * one image, which is the most cautious reading of similar images.
 */
export function shareEstimate(
  units: ResamplingUnits,
  share: Share,
  resampled: () => readonly number[],
): Estimate {
  const { hits, images, groups } = countShare(units, share);
  const value = hits / images;
  if (!units.grouped) return estimate(value, wilsonInterval(hits, images), 'wilson');
  if (hits === 0 || hits === images) return estimate(value, wilsonInterval(value * groups, groups), 'wilson');
  return bootstrapEstimate(value, resampled());
}

function countShare(
  { ofImage }: ResamplingUnits,
  { of, hit }: Share,
): { readonly hits: number; readonly images: number; readonly groups: number } {
  const groups = new Set<number>();
  let [hits, images] = [0, 0];
  for (const [image, unit] of ofImage.entries()) {
    if (!of(image)) continue;
    images++;
    groups.add(unit);
    if (hit(image)) hits++;
  }
  return { hits, images, groups: groups.size };
}

function estimate(value: number, { low, high }: Interval, method: Estimate['method']): Estimate {
  return { value: figureOrNull(value), low: figureOrNull(low), high: figureOrNull(high), method };
}
