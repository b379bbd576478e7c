import type { Anatomy } from './anatomy.js';
import { Noise } from './noise.js';
import type { Random } from '../random.js';
import { smoothStep, type Outline } from './shape.js';

export interface CellShapes {
  readonly anatomy: Anatomy;
  readonly cell: Outline;
  readonly nucleus: Outline;
}

export interface CytoplasmPlace {
  /** Signed distances to the outlines of the cell and the nucleus. */
  readonly toCell: number;
  readonly depth: number;
  /** Share of the pixel that is cytoplasm. */
  readonly amount: number;
}

export interface Cytoplasm {
  readonly density: (x: number, y: number, place: CytoplasmPlace) => number;
  readonly dust: (x: number, y: number) => number;
}

/**
 * Makes cytoplasm: ground glass with coarse clouds, a bluer rim at the membrane, a paler halo at the nucleus,
 * and vacuoles.
 */
export function makeCytoplasm(white: CellShapes, random: Random): Cytoplasm {
  const { anatomy } = white;
  const clouds = new Noise(random, random.uniform(60, 130));
  const grain = new Noise(random, random.uniform(12, 18));
  const specks = new Noise(random, random.uniform(9, 12));
  const rim = 0.1 + 0.55 * anatomy.basophilia * random.uniform(0.4, 1);
  const halo = random.uniform(0, 0.35);
  const vacuoles = makeVacuoles(white, random);
  return {
    density: (x, y, { toCell, depth }) => {
      const texture = 1 + 0.16 * clouds.at(x, y) + 0.12 * grain.at(x, y);
      const edge = rim * Math.exp(-(((toCell + 6) / 16) ** 2));
      const pale = halo * Math.exp(-Math.max(0, depth) / 22);
      const hole = vacuoles.length === 0 ? 0 : vacuoleAt(vacuoles, x, y);
      return Math.max(0.1, texture + edge - pale) * (1 - 0.85 * hole);
    },
    dust: (x, y) => (anatomy.dust === 0 ? 0 : anatomy.dust * 0.6 * smoothStep(0.9, 2.2, specks.at(x, y))),
  };
}

interface Vacuole {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Makes round, clear holes of 0.3 to 1.2 µm, more often in the cytoplasm than over the nucleus. */
function makeVacuoles(white: CellShapes, random: Random): Vacuole[] {
  const found: Vacuole[] = [];
  for (let attempt = 0; attempt < 120 && found.length < white.anatomy.vacuoles; attempt++) {
    const x = random.uniform(-0.6, 0.6) * white.anatomy.diameter;
    const y = random.uniform(-0.6, 0.6) * white.anatomy.diameter;
    const radius = 5 + 15 * random.uniform() ** 2;
    if (white.cell(x, y) < -radius * 1.2 && white.nucleus(x, y) > radius * 0.4) found.push({ x, y, radius });
  }
  return found;
}

function vacuoleAt(vacuoles: readonly Vacuole[], x: number, y: number): number {
  let value = 0;
  for (const { x: centreX, y: centreY, radius } of vacuoles) {
    const distance = Math.sqrt((x - centreX) ** 2 + (y - centreY) ** 2) - radius;
    if (distance < 4) value = Math.max(value, smoothStep(4, -4, distance));
  }
  return value;
}
