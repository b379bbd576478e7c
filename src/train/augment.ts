import { IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE } from '../images.js';
import type { Random } from '../random.js';

/** Variation of training images. Strengths are standard deviations, 0 switches one off. */
export interface Augmentation {
  /** Flips and quarter turns: a smear has no upright orientation. */
  readonly turns: boolean;
  /** Deviation of the logarithm of the light: illumination and exposure. */
  readonly brightness: number;
  /**
   * Deviation of the logarithm of the optical density, all channels together: how strongly a smear is
   * stained.
   */
  readonly stain: number;
  /**
   * Deviation of the logarithm of the optical density per channel: hospitals' stains and cameras differ in
   * hue.
   */
  readonly colour: number;
}

export const NO_AUGMENTATION: Augmentation = { turns: false, brightness: 0, stain: 0, colour: 0 };

const PLAIN_TABLE = Float32Array.from({ length: 256 }, (_, value) => value);

/**
 * Writes one image (uint8 256×256×3) into a batch of floats 0…255, with variations drawn from `random`. Stain
 * and colour act on the optical density −log(value/255), which is what a dye scales (Beer and Lambert).
 */
export function writeAugmented(
  pixels: Uint8Array,
  target: Float32Array,
  offset: number,
  augmentation: Augmentation,
  random: Random,
): void {
  const orientation = augmentation.turns ? random.integer(0, 7) : 0;
  writeTurned(pixels, target, offset, orientation, tablesOf(augmentation, random));
}

/** Writes the unchanged image. */
export function writePlain(pixels: Uint8Array, target: Float32Array, offset: number): void {
  target.set(pixels.length === IMAGE_BYTES ? pixels : pixels.subarray(0, IMAGE_BYTES), offset);
}

type Tables = readonly [red: Float32Array, green: Float32Array, blue: Float32Array];

function tablesOf({ brightness, stain, colour }: Augmentation, random: Random): Tables {
  if (brightness === 0 && stain === 0 && colour === 0) return [PLAIN_TABLE, PLAIN_TABLE, PLAIN_TABLE];
  const gain = Math.exp(random.normal(0, brightness));
  const strength = Math.exp(random.normal(0, stain));
  const table = (): Float32Array => {
    const density = strength * Math.exp(random.normal(0, colour));
    return PLAIN_TABLE.map((value) => Math.min(255, 255 * gain * (value / 255) ** density));
  };
  return [table(), table(), table()];
}

/**
 * Writes one of the square's eight symmetries. `orientation` bits: 1 flips columns, 2 flips rows, 4 swaps
 * rows and columns.
 */
function writeTurned(
  pixels: Uint8Array,
  target: Float32Array,
  offset: number,
  orientation: number,
  [red, green, blue]: Tables,
): void {
  const last = IMAGE_SIDE - 1;
  const isSwapped = (orientation & 4) !== 0;
  const [down, right] = isSwapped ? [1, IMAGE_SIDE] : [IMAGE_SIDE, 1];
  const rowStep = (orientation & 2) === 0 ? down : -down;
  const columnStep = (orientation & 1) === 0 ? right : -right;
  const start = (rowStep < 0 ? last * down : 0) + (columnStep < 0 ? last * right : 0);
  let to = offset;
  for (let row = 0; row < IMAGE_SIDE; row++) {
    let from = (start + row * rowStep) * IMAGE_CHANNELS;
    for (let column = 0; column < IMAGE_SIDE; column++, from += columnStep * IMAGE_CHANNELS) {
      target[to++] = red[pixels[from] as number] as number;
      target[to++] = green[pixels[from + 1] as number] as number;
      target[to++] = blue[pixels[from + 2] as number] as number;
    }
  }
}
