import { describe, expect, it } from 'vitest';
import { IMAGE_BYTES, IMAGE_SIDE } from '../../../src/images.js';
import { lookOf } from '../../../src/pool/worker/image-look.js';
import { lookObservation } from '../../../src/quality/drift/observation.js';

/** An image whose pixel at (row, column) has this colour. */
function imageOf(colour: (row: number, column: number) => readonly [number, number, number]): Uint8Array {
  const pixels = new Uint8Array(IMAGE_BYTES);
  for (let row = 0; row < IMAGE_SIDE; row += 1)
    for (let column = 0; column < IMAGE_SIDE; column += 1)
      pixels.set(colour(row, column), (row * IMAGE_SIDE + column) * 3);
  return pixels;
}

describe('How an image looks', () => {
  it('is bright and unstained when it is white', () => {
    expect(lookOf(imageOf(() => [255, 255, 255]))).toEqual({ brightness: 1, stained: 0 });
  });

  it('is black, at a density that is a number, when it is black', () => {
    // −log₁₀(1 / 255)
    const stain = { red: 2.4065, green: 2.4065, blue: 2.4065 };
    expect(lookOf(new Uint8Array(IMAGE_BYTES))).toEqual({ brightness: 0, stained: 1, stain });
  });

  it('is the luma and the optical density of its one colour', () => {
    // (0.2126 · 128 + 0.7152 · 64 + 0.0722 · 32) / 255; −log₁₀ of 128 / 255, 64 / 255 and 32 / 255.
    const look = lookOf(imageOf(() => [128, 64, 32]));
    expect(look).toEqual({
      brightness: 0.2953,
      stained: 1,
      stain: { red: 0.2993, green: 0.6004, blue: 0.9014 },
    });
  });

  it('is that of the stained pixels only', () => {
    const half = lookOf(imageOf((_row, column) => (column < 128 ? [255, 255, 255] : [128, 64, 32])));
    expect(half).toMatchObject({ stained: 0.5, stain: { red: 0.2993 } });
    // Mean density 0.146, slightly too pale to count.
    expect(lookOf(imageOf(() => [182, 182, 182]))).toEqual({ brightness: 0.7137, stained: 0 });
  });

  it('sees stripes and dots of any width: the samples form a grid, not columns', () => {
    const stripes = lookOf(imageOf((row) => (row % 32 < 16 ? [255, 255, 255] : [128, 64, 32])));
    expect(stripes.stained).toBe(0.5);
  });
});

describe('The three numbers of drift', () => {
  it('rise with strength, and when the stain turns blue', () => {
    const pink = lookObservation({
      brightness: 0.8,
      stained: 0.3,
      stain: { red: 0.2, green: 0.6, blue: 0.2 },
    });
    const blue = lookObservation({
      brightness: 0.8,
      stained: 0.3,
      stain: { red: 0.6, green: 0.4, blue: 0.2 },
    });
    expect(pink.stainStrength).toBeCloseTo(1 / 3);
    expect(blue.stainStrength).toBeCloseTo(0.4);
    expect([pink.stainColour, blue.stainColour]).toEqual([expect.closeTo(0.2), expect.closeTo(0.5)]);
  });

  it('are unknown where nothing is stained', () => {
    expect(lookObservation({ brightness: 1, stained: 0 })).toEqual({
      brightness: 1,
      stainStrength: undefined,
      stainColour: undefined,
    });
  });
});
