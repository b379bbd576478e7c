import type { Anatomy } from './anatomy.js';
import { Noise } from './noise.js';
import type { Random } from '../random.js';
import { blob, smoothStep, type Outline } from './shape.js';

/** The chromatin at a point: its density relative to the mean, and its shift from violet to blue. */
export interface Chromatin {
  readonly density: (x: number, y: number, depth: number) => number;
  readonly blueness: (x: number, y: number) => number;
}

interface Nucleolus {
  readonly x: number;
  readonly y: number;
  readonly shape: Outline;
}

export function makeChromatin(anatomy: Anatomy, nucleus: Outline, random: Random): Chromatin {
  const strands = new Noise(random, random.uniform(30, 44));
  const gaps = new Noise(random, random.uniform(46, 64));
  const blocks = new Noise(random, random.uniform(42, 66));
  const dust = new Noise(random, random.uniform(10, 15));
  const grit = new Noise(random, random.uniform(19, 28));
  const shade = new Noise(random, 180);
  const nucleoli = makeNucleoli(anatomy, nucleus, random);
  const creases = Array.from({ length: anatomy.creases }, () => makeCrease(anatomy.diameter / 2, random));
  const membrane = random.uniform(0.12, 0.3);
  return {
    density: (x, y, depth) => {
      const strand = 1 - Math.min(1.4, Math.abs(strands.at(x, y)) * 1.5);
      const lace = anatomy.lacy * (0.7 * strand + 0.35 * gaps.at(x, y));
      const block =
        anatomy.clumped * (2 * smoothStep(-1.1, 1.1, blocks.at(x, y) + 0.5 * strands.at(x, y)) - 1);
      const pattern =
        lace + block + anatomy.fine * (0.65 * dust.at(x, y) + 0.6 * grit.at(x, y)) + 0.06 * shade.at(x, y);
      const edge = membrane * Math.exp(-(((depth + 4) / 5) ** 2));
      const fold = creases.reduce((sum, crease) => sum + crease(x, y), 0);
      const hollow = anatomy.nucleolusContrast * nucleolusAt(nucleoli, x, y);
      return Math.max(0.3, 1 + pattern + edge + fold) * (1 - hollow);
    },
    blueness: (x, y) => 0.5 * nucleolusAt(nucleoli, x, y),
  };
}

/**
 * Makes nucleoli: round, 2 to 4 µm, paler and bluer than the chromatin (RNA), with condensed chromatin around
 * them.
 */
function makeNucleoli(anatomy: Anatomy, nucleus: Outline, random: Random): Nucleolus[] {
  const found: Nucleolus[] = [];
  for (let attempt = 0; attempt < 60 && found.length < anatomy.nucleoli; attempt++) {
    const x = random.uniform(-1, 1) * 0.45 * anatomy.diameter;
    const y = random.uniform(-1, 1) * 0.45 * anatomy.diameter;
    const radius = random.uniform(18, 42);
    const shape = blob(random, { radius, elongation: random.uniform(1, 1.35), roughness: 0.05 });
    const isApart = found.every((other) => Math.hypot(other.x - x, other.y - y) > 2.6 * radius);
    if (nucleus(x, y) < -radius * 1.15 && isApart) found.push({ x, y, shape });
  }
  return found;
}

/** Profile of the nucleoli: 1 inside, slightly below zero on the rim of condensed chromatin, 0 elsewhere. */
function nucleolusAt(nucleoli: readonly Nucleolus[], x: number, y: number): number {
  let value = 0;
  for (const nucleolus of nucleoli) {
    const distance = nucleolus.shape(x - nucleolus.x, y - nucleolus.y);
    if (distance < 20) value += smoothStep(7, -9, distance) - 0.35 * Math.exp(-(((distance - 7) / 5) ** 2));
  }
  return value;
}

/** Makes a fold seen from above: a thin, slightly bent dark line that fades out at its ends. */
function makeCrease(cellRadius: number, random: Random): (x: number, y: number) => number {
  const angle = random.angle();
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const offset = random.normal(0, 0.2) * cellRadius;
  const bend = random.normal(0, 0.35) / cellRadius;
  const reach = random.uniform(0.3, 0.6) * cellRadius;
  const shift = random.normal(0, 0.35) * cellRadius;
  const strength = random.uniform(0.12, 0.32);
  const width = random.uniform(5, 11);
  return (x, y) => {
    const along = x * cos + y * sin - shift;
    const across = y * cos - x * sin - offset - bend * along * along;
    if (Math.abs(across) > 3 * width) return 0;
    return strength * Math.exp(-((across / width) ** 2) - (along / reach) ** 4);
  };
}
