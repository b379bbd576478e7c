import type { Noise } from './noise.js';
import type { Random } from '../random.js';

/** Approximate signed distance to a closed outline in scanner pixels: below zero inside. */
export type Outline = (x: number, y: number) => number;

/** Smooth step: 0 at `from`, 1 at `to`; `from` may be the larger. */
export function smoothStep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

export interface BlobOptions {
  readonly radius: number;
  /** Ratio of the long axis to the short axis; the area stays that of the circle. */
  readonly elongation?: number;
  /** Relative depth of the outline's waves. */
  readonly roughness?: number;
  /** Lowest and highest number of waves per turn. */
  readonly waves?: readonly [number, number];
}

const DIRECTIONS = 512;

/** A star-shaped outline: an ellipse whose radius is modulated by a few waves. */
export function blob(random: Random, options: BlobOptions): Outline {
  const radii = blobRadii(random, options);
  const farthest = radii.reduce((most, radius) => Math.max(most, radius));
  return (x, y) => {
    const reach = Math.sqrt(x * x + y * y);
    if (reach > farthest + 30) return reach - farthest;
    const at = directionOf(x, y);
    const below = Math.floor(at);
    const near = radii[below & (DIRECTIONS - 1)] ?? 0;
    const next = radii[(below + 1) & (DIRECTIONS - 1)] ?? 0;
    return reach - (near + (next - near) * (at - below));
  };
}

/**
 * Direction of a point, which grows with the angle from 0 to DIRECTIONS, without the cost of an arc tangent.
 */
function directionOf(x: number, y: number): number {
  const length = Math.abs(x) + Math.abs(y);
  const across = length === 0 ? 0 : y / length;
  return (x < 0 ? 2 - across : across < 0 ? 4 + across : across) * (DIRECTIONS / 4);
}

function angleOf(direction: number): number {
  const quarter = (4 * direction) / DIRECTIONS;
  const across = quarter < 1 ? quarter : quarter < 3 ? 2 - quarter : quarter - 4;
  const along = (1 - Math.abs(across)) * (quarter > 1 && quarter < 3 ? -1 : 1);
  return Math.atan2(across, along);
}

function blobRadii(random: Random, options: BlobOptions): Float64Array {
  const { radius, elongation = 1, roughness = 0, waves = [2, 5] } = options;
  const long = radius * Math.sqrt(elongation);
  const short = radius / Math.sqrt(elongation);
  const axis = random.angle();
  const terms: { wave: number; depth: number; phase: number }[] = [];
  for (let wave = waves[0]; wave <= waves[1]; wave++) {
    terms.push({ wave, depth: (roughness * random.normal()) / Math.sqrt(wave), phase: random.angle() });
  }
  return Float64Array.from({ length: DIRECTIONS }, (_, direction) => {
    const angle = angleOf(direction);
    const across = Math.cos(angle - axis) / long;
    const along = Math.sin(angle - axis) / short;
    const waviness = terms.reduce(
      (sum, { wave, depth, phase }) => sum + depth * Math.cos(wave * angle + phase),
      1,
    );
    return Math.max(0.4, waviness) / Math.sqrt(across * across + along * along);
  });
}

export function circle(centreX: number, centreY: number, radius: number): Outline {
  return (x, y) => Math.sqrt((x - centreX) ** 2 + (y - centreY) ** 2) - radius;
}

/** An ellipse whose long axis points to `angle`; the distance is exact only near the outline. */
export function ellipse(
  centreX: number,
  centreY: number,
  long: number,
  short: number,
  angle: number,
): Outline {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (x, y) => {
    const along = ((x - centreX) * cos + (y - centreY) * sin) / long;
    const across = ((y - centreY) * cos - (x - centreX) * sin) / short;
    return (Math.sqrt(along * along + across * across) - 1) * short;
  };
}

/**
 * Union with a fillet of about `softness` pixels, like a membrane that spans two lobes (polynomial smooth
 * minimum, Quilez).
 */
export function unite(shapes: readonly Outline[], softness: number): Outline {
  return (x, y) => {
    let distance = Infinity;
    for (const shape of shapes) distance = smoothMin(distance, shape(x, y), softness);
    return distance;
  };
}

/** `shape` without `hole`, with the new edge rounded by `softness` pixels. */
export function carve(shape: Outline, hole: Outline, softness: number): Outline {
  return (x, y) => -smoothMin(-shape(x, y), hole(x, y), softness);
}

export function intersect(shape: Outline, other: Outline, softness: number): Outline {
  return (x, y) => -smoothMin(-shape(x, y), -other(x, y), softness);
}

function smoothMin(a: number, b: number, softness: number): number {
  const gap = softness - Math.abs(a - b);
  const smaller = Math.min(a, b);
  return gap > 0 ? smaller - (gap * gap) / (4 * softness) : smaller;
}

export function move(shape: Outline, dx: number, dy: number): Outline {
  return (x, y) => shape(x - dx, y - dy);
}

/** Moves the outline in and out by up to `depth` pixels, following a smooth random field. */
export function roughen(shape: Outline, noise: Noise, depth: number): Outline {
  return (x, y) => {
    const distance = shape(x, y);
    return distance > 5 * depth ? distance : distance + depth * noise.at(x, y);
  };
}

/** Scales the shape about the origin so that its area in square pixels becomes `area`. */
export function scaleToArea(shape: Outline, extent: number, area: number): Outline {
  const factor = Math.sqrt(area / Math.max(1, areaOf(shape, extent)));
  return (x, y) => shape(x / factor, y / factor) * factor;
}

/** Area in square pixels within `extent` of the origin, by counting on a coarse grid. */
export function areaOf(shape: Outline, extent: number): number {
  const steps = 48;
  const step = (2 * extent) / steps;
  let inside = 0;
  for (let row = 0; row < steps; row++) {
    for (let column = 0; column < steps; column++) {
      if (shape((column + 0.5) * step - extent, (row + 0.5) * step - extent) < 0) inside++;
    }
  }
  return inside * step * step;
}
