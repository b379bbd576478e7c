import type { Anatomy, NucleusForm } from './anatomy.js';
import { Noise } from './noise.js';
import type { Random } from '../random.js';
import {
  blob,
  carve,
  circle,
  ellipse,
  intersect,
  move,
  roughen,
  scaleToArea,
  unite,
  type Outline,
} from './shape.js';

/**
 * Makes the nucleus inside `cell`, with the wanted share of its area and a small distance from the cell's
 * membrane.
 */
export function makeNucleusShape(anatomy: Anatomy, cell: Outline, random: Random): Outline {
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
  const inner: Outline = (x, y) => cell(x, y) + margin;
  return intersect(placed, inner, 10);
}

/** An outline of about 100 pixels in radius, turned at random. */
function formOf(form: NucleusForm, random: Random): Outline {
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
function kidney(random: Random): Outline {
  const angle = random.angle();
  const body = ellipse(0, 0, 120, random.uniform(82, 98), angle);
  const away = random.uniform(88, 118);
  const bay = circle(-away * Math.sin(angle), away * Math.cos(angle), random.uniform(34, 60));
  return carve(body, bay, 34);
}

/** A bent sausage of one width, with slightly swollen ends. */
function horseshoe(random: Random): Outline {
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

/** Two to four lobes joined by broad bridges (thin threads would make it a neutrophil). */
function lobulated(random: Random): Outline {
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

/** A rounded body with one to three narrow notches in its edge. */
function folded(random: Random): Outline {
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
