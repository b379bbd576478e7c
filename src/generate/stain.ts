import type { Density } from './canvas.js';
import { Random } from '../random.js';

/**
 * Number of synthetic slides per seed. Images of one slide share stain, illumination and red-cell properties,
 * like real ones.
 */
export const SLIDES = 20;

/** Properties that one smear, its staining bath and its microscope give to every image of it. */
export interface Slide {
  readonly number: number;
  /** Light through empty glass, 0 to 255 per channel. */
  readonly background: Density;
  /** Density of haemoglobin with eosin. */
  readonly redCell: Density;
  /** Azure B with eosin Y on DNA: violet (Romanowsky effect). */
  readonly chromatin: Density;
  /** Azure B on the RNA of basophilic cytoplasm and nucleoli: blue. */
  readonly basophilic: Density;
  /** The grey-blue of a monocyte's cytoplasm. */
  readonly greyBlue: Density;
  /** Azurophilic granules and platelets: red-violet. */
  readonly azurophilic: Density;
  readonly redCellDiameter: number;
  /** Relative deviation of the diameters (anisocytosis). */
  readonly redCellSpread: number;
  /** Paleness of the middle of a red cell, 0 to 1. */
  readonly pallor: number;
  /** Radius of the pale middle relative to the red cell's. */
  readonly pallorWidth: number;
  /** Share of red cells with a crenated edge (echinocytes, a drying artefact). */
  readonly crenated: number;
  /** Approximate number of red cells per frame. */
  readonly crowding: number;
  readonly vignette: number;
  readonly lightAngle: number;
  /** Deviation of the sensor's noise in grey levels of 255. */
  readonly noise: number;
}

/**
 * The slide of an image, chosen by a hash, so that no class, which depends on the index, is tied to a slide.
 */
export function slideOf(seed: number, index: number): number {
  return new Random(seed, 'slide-of', index).integer(0, SLIDES - 1);
}

/**
 * Makes a slide. Densities were estimated by eye on May-Grünwald-Giemsa and Wright smears, and vary slide by
 * slide.
 */
export function makeSlide(seed: number, number: number): Slide {
  const random = new Random(seed, 'slide', number);
  const warmth = random.chance(0.65) ? random.uniform(0.6, 1) : random.uniform(0, 0.4);
  const brown = Math.min(1, Math.max(0, 1 - warmth + random.normal(0, 0.15)));
  const blueness = random.uniform();
  const strength = random.uniform(0.82, 1.15);
  const redStrength = random.uniform(0.72, 1.1);
  return {
    number,
    background: [mix(244, 253, warmth), mix(245, 231, warmth), mix(243, 208, warmth)],
    redCell: scaled(mixed([0.27, 0.55, 0.37], [0.42, 0.57, 0.58], brown), redStrength),
    chromatin: scaled(mixed([0.94, 1.52, 0.58], [1.18, 1.42, 0.4], blueness), strength),
    basophilic: scaled(mixed([0.84, 0.7, 0.17], [0.95, 0.7, 0.14], blueness), strength),
    greyBlue: scaled(mixed([0.42, 0.43, 0.15], [0.49, 0.42, 0.12], blueness), strength),
    azurophilic: scaled([0.5, 1.1, 0.32], strength),
    redCellDiameter: random.uniform(200, 236),
    redCellSpread: random.uniform(0.04, 0.1),
    pallor: random.uniform(0.2, 1.05),
    pallorWidth: random.uniform(0.26, 0.5),
    crenated: random.chance(0.25) ? random.uniform(0.2, 0.7) : 0.02,
    crowding: random.uniform(9, 24),
    vignette: random.uniform(0.02, 0.09),
    lightAngle: random.angle(),
    noise: random.uniform(1.2, 3.4),
  };
}

export function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

export function mixed(from: Density, to: Density, share: number): Density {
  return [mix(from[0], to[0], share), mix(from[1], to[1], share), mix(from[2], to[2], share)];
}

export function scaled(density: Density, factor: number): Density {
  return [density[0] * factor, density[1] * factor, density[2] * factor];
}
