import type { DensityCanvas } from './canvas.js';
import { Noise } from './noise.js';
import type { Random } from '../random.js';
import { blob, smoothStep } from './shape.js';
import { scaled, type Slide } from './stain.js';

/** Paints dried plasma: a faint, cloudy tint of stain between the cells. */
export function paintPlasma(canvas: DensityCanvas, slide: Slide, random: Random): void {
  const clouds = new Noise(random, random.uniform(180, 400));
  const grain = new Noise(random, 14);
  const tint = scaled(slide.greyBlue, random.uniform(0.01, 0.07));
  const grainDepth = random.uniform(0.05, 0.3);
  const { columns, rows, scale } = canvas;
  for (let row = 0; row < rows; row++) {
    const y = row / scale;
    let cloud = 0;
    let slope = 0;
    for (let column = 0; column < columns; column++) {
      const x = column / scale;
      // Clouds are broad: straight lines between every sixteenth column are precise enough.
      if (column % CLOUD_STEP === 0) {
        cloud = clouds.at(x, y);
        slope = (clouds.at(x + CLOUD_STEP / scale, y) - cloud) / CLOUD_STEP;
      }
      cloud += slope;
      const amount = 1 + 0.5 * cloud + grainDepth * grain.at(x, y);
      canvas.add((row * columns + column) * 3, tint, amount);
    }
  }
}

/** Distance between the columns that are computed, in canvas pixels. */
const CLOUD_STEP = 16;

/**
 * Paints platelets: discs a quarter of a red cell wide, granular red-violet in the middle (granulomere), pale
 * blue outside.
 */
export function paintPlatelets(canvas: DensityCanvas, slide: Slide, random: Random): void {
  const count = random.chance(0.45) ? 0 : random.integer(1, 4);
  for (let platelet = 0; platelet < count; platelet++) {
    const x = random.uniform(0, canvas.frameWidth);
    const y = random.uniform(0, canvas.frameHeight);
    paintPlatelet(canvas, slide, random, x, y);
  }
}

function paintPlatelet(
  canvas: DensityCanvas,
  slide: Slide,
  random: Random,
  centreX: number,
  centreY: number,
): void {
  const radius = random.uniform(18, 36);
  const outline = blob(random, {
    radius,
    elongation: random.uniform(1, 1.5),
    roughness: 0.12,
    waves: [2, 7],
  });
  const granules = new Noise(random, 9);
  const strength = random.uniform(0.6, 1.1);
  canvas.around(centreX, centreY, radius * 1.8, (x, y, at) => {
    const distance = outline(x, y);
    const cover = smoothStep(2.5, -2.5, distance);
    if (cover === 0) return;
    const middle = smoothStep(-0.1, -0.6, distance / radius);
    const grains = Math.max(0, 0.75 + 0.5 * granules.at(x, y));
    canvas.add(at, slide.greyBlue, cover * 0.7);
    canvas.add(at, slide.azurophilic, cover * strength * (0.25 + middle * grains));
  });
}

/** Paints occasional precipitated stain: small, dark, sharp grains that are not cells. */
export function paintPrecipitate(canvas: DensityCanvas, slide: Slide, random: Random): void {
  if (!random.chance(0.2)) return;
  const count = random.integer(2, 14);
  for (let grain = 0; grain < count; grain++) {
    const radius = random.uniform(2.5, 7);
    const outline = blob(random, { radius, roughness: 0.1 });
    const x0 = random.uniform(0, canvas.frameWidth);
    const y0 = random.uniform(0, canvas.frameHeight);
    canvas.around(x0, y0, 12, (x, y, at) =>
      canvas.add(at, slide.chromatin, smoothStep(2, -2, outline(x, y))),
    );
  }
}
