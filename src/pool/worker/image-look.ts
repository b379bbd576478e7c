import { IMAGE_CHANNELS, IMAGE_SIDE } from '../../images.js';
import type { ImageLook } from '../../record.js';

/** Distance of the sampled pixels in both directions: 4096 of 65,536, spread evenly. */
const STEP = 4;
/** A pixel counts as stained above this mean optical density over the channels: Macenko's β (ISBI 2009). */
const STAINED_DENSITY = 0.15;

/** Weights of luma in ITU-R BT.709, applied to the stored (gamma-encoded) values. */
const RED_WEIGHT = 0.2126;
const GREEN_WEIGHT = 0.7152;
const BLUE_WEIGHT = 0.0722;

/**
 * Optical density −log₁₀(v / 255) of each 8-bit value; 0 counts as 1, because no light at all has no finite
 * density.
 */
const DENSITY = Float64Array.from({ length: 256 }, (_, value) => -Math.log10(Math.max(1, value) / 255));

/**
 * How an image looks, without a model: what a lamp, a white balance or a staining bath changes. White (255)
 * stands for no stain: the slide's empty glass is not searched for, so that a change of the illumination
 * shows as well.
 *
 * brightness: mean luma of the sampled pixels, 0 to 1.
 * stained:    share of them whose mean optical density over the channels is above 0.15.
 * stain:      mean optical density of those, per channel.
 * @param pixels uint8, 256×256×3, RGB
 */
export function lookOf(pixels: Uint8Array): ImageLook {
  const sums = { luma: 0, stained: 0, red: 0, green: 0, blue: 0 };
  let count = 0;
  for (let row = 0; row < IMAGE_SIDE; row += STEP) {
    const end = (row + 1) * IMAGE_SIDE * IMAGE_CHANNELS;
    for (let at = row * IMAGE_SIDE * IMAGE_CHANNELS; at < end; at += STEP * IMAGE_CHANNELS) {
      add(sums, pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0);
      count += 1;
    }
  }
  const { luma, stained, red, green, blue } = sums;
  const mean = (sum: number): number => round(sum / stained);
  return {
    brightness: round(luma / 255 / count),
    stained: round(stained / count),
    ...(stained > 0 && { stain: { red: mean(red), green: mean(green), blue: mean(blue) } }),
  };
}

type Sums = Record<'luma' | 'stained' | 'red' | 'green' | 'blue', number>;

function add(sums: Sums, red: number, green: number, blue: number): void {
  sums.luma += RED_WEIGHT * red + GREEN_WEIGHT * green + BLUE_WEIGHT * blue;
  const redDensity = DENSITY[red] ?? 0;
  const greenDensity = DENSITY[green] ?? 0;
  const blueDensity = DENSITY[blue] ?? 0;
  if (redDensity + greenDensity + blueDensity <= 3 * STAINED_DENSITY) return;
  sums.stained += 1;
  sums.red += redDensity;
  sums.green += greenDensity;
  sums.blue += blueDensity;
}

/** Rounds to four decimals: a hundredth of a grey level. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
