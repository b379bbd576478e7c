import type { Anatomy, NucleusForm } from './anatomy.js';
import { Noise } from './noise.js';
import type { Random } from './random.js';
import {
  areaOf,
  blob,
  carve,
  circle,
  ellipse,
  intersect,
  move,
  roughen,
  scaleToArea,
  smoothStep,
  unite,
  type Shape,
} from './shape.js';

/** The nucleus inside `cell`, of the wanted share of its area, never nearer than a hair to the cell's membrane. */
export function makeNucleusShape(anatomy: Anatomy, cell: Shape, random: Random): Shape {
  const cellRadius = anatomy.diameter / 2;
  const area = Math.PI * cellRadius ** 2 * anatomy.nucleusShare;
  const unit = formOf(anatomy.form, random);
  const sized = scaleToArea(unit, 190, area);
  const rough = roughen(sized, new Noise(random, 0.55 * cellRadius), 0.022 * cellRadius);
  const room = Math.max(0, cellRadius - Math.sqrt(area / Math.PI));
  const reach = room * anatomy.eccentricity;
  const angle = random.angle();
  const placed = move(rough, reach * Math.cos(angle), reach * Math.sin(angle));
  const margin = random.uniform(3, 9);
  const inner: Shape = (x, y) => cell(x, y) + margin;
  return intersect(placed, inner, 10);
}

/** Outlines about 100 pixels in radius, turned at random. */
function formOf(form: NucleusForm, random: Random): Shape {
  switch (form) {
    case 'round':
      return blob(random, { radius: 100, elongation: random.uniform(1, 1.1), roughness: 0.02 });
    case 'oval':
      return blob(random, { radius: 100, elongation: random.uniform(1.12, 1.4), roughness: 0.03 });
    case 'kidney':
      return kidney(random);
    case 'horseshoe':
      return horseshoe(random);
    case 'lobulated':
      return lobulated(random);
    case 'folded':
      return folded(random);
    default:
      return form satisfies never;
  }
}

/** A bean: an oval with one rounded bay in its long side. */
function kidney(random: Random): Shape {
  const angle = random.angle();
  const body = ellipse(0, 0, 120, random.uniform(82, 98), angle);
  const away = random.uniform(88, 118);
  const bay = circle(-away * Math.sin(angle), away * Math.cos(angle), random.uniform(34, 60));
  return carve(body, bay, 34);
}

/** A bent sausage of one width, its ends a little swollen. */
function horseshoe(random: Random): Shape {
  const start = random.angle();
  const span = random.uniform(2.5, 4.1);
  const bend = random.uniform(72, 90);
  const beads = 6;
  const lobes = Array.from({ length: beads }, (_, bead) => {
    const angle = start + (span * bead) / (beads - 1);
    const swollen = bead === 0 || bead === beads - 1 ? random.uniform(1, 1.2) : random.uniform(0.88, 1.02);
    return circle(bend * Math.cos(angle) - 20, bend * Math.sin(angle), 44 * swollen);
  });
  return unite(lobes, 30);
}

/** Two to four lobes joined by broad bridges (no thread: that would be a neutrophil). */
function lobulated(random: Random): Shape {
  const count = random.integer(2, 4);
  const start = random.angle();
  const lobes = Array.from({ length: count }, (_, lobe) => {
    const angle = start + (2 * Math.PI * lobe) / count + random.normal(0, 0.25);
    const away = random.uniform(52, 72);
    const long = random.uniform(56, 78);
    return ellipse(
      away * Math.cos(angle),
      away * Math.sin(angle),
      long,
      long * random.uniform(0.72, 0.95),
      random.angle(),
    );
  });
  return unite(lobes, 16);
}

/** A rounded body with one to three narrow nooks cut into its edge. */
function folded(random: Random): Shape {
  let body = blob(random, {
    radius: 100,
    elongation: random.uniform(1, 1.3),
    roughness: 0.07,
    waves: [2, 6],
  });
  const nooks = random.integer(1, 3);
  for (let nook = 0; nook < nooks; nook++) {
    const angle = random.angle();
    const away = random.uniform(84, 106);
    const cut = ellipse(
      away * Math.cos(angle),
      away * Math.sin(angle),
      random.uniform(26, 52),
      random.uniform(7, 17),
      angle + random.normal(0, 0.4),
    );
    body = carve(body, cut, 12);
  }
  return body;
}

/** What chromatin does at a point: how dense it is against the mean, and how far it turns from violet to blue. */
export interface Chromatin {
  readonly density: (x: number, y: number, depth: number) => number;
  readonly blueness: (x: number, y: number) => number;
}

interface Nucleolus {
  readonly x: number;
  readonly y: number;
  readonly shape: Shape;
}

export function makeChromatin(anatomy: Anatomy, nucleus: Shape, random: Random): Chromatin {
  const strands = new Noise(random, random.uniform(30, 44));
  const gaps = new Noise(random, random.uniform(46, 64));
  const blocks = new Noise(random, random.uniform(42, 66));
  const dust = new Noise(random, random.uniform(10, 15));
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
      const pattern = lace + block + anatomy.fine * dust.at(x, y) + 0.06 * shade.at(x, y);
      const edge = membrane * Math.exp(-(((depth + 4) / 5) ** 2));
      const fold = creases.reduce((sum, crease) => sum + crease(x, y), 0);
      const hollow = anatomy.nucleolusContrast * nucleolusAt(nucleoli, x, y);
      return Math.max(0.3, 1 + pattern + edge + fold) * (1 - hollow);
    },
    blueness: (x, y) => 0.5 * nucleolusAt(nucleoli, x, y),
  };
}

/** Nucleoli: round, 2 to 4 µm, paler and bluer than the chromatin (RNA), with condensed chromatin about them. */
function makeNucleoli(anatomy: Anatomy, nucleus: Shape, random: Random): Nucleolus[] {
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

/** 1 inside a nucleolus, slightly below zero on its rim of condensed chromatin, 0 elsewhere. */
function nucleolusAt(nucleoli: readonly Nucleolus[], x: number, y: number): number {
  let value = 0;
  for (const nucleolus of nucleoli) {
    const distance = nucleolus.shape(x - nucleolus.x, y - nucleolus.y);
    if (distance < 20) value += smoothStep(7, -9, distance) - 0.35 * Math.exp(-(((distance - 7) / 5) ** 2));
  }
  return value;
}

/** A fold seen from above: a thin, slightly bent dark line that fades out at its ends. */
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

/** Nucleus area over cell area as drawn, after clipping: what the eye sees as the N:C ratio. */
export function nucleusShareOf(nucleus: Shape, cell: Shape, extent: number): number {
  const inside: Shape = (x, y) => Math.max(nucleus(x, y), cell(x, y));
  return areaOf(inside, extent) / Math.max(1, areaOf(cell, extent));
}
