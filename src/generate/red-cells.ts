import type { DensityCanvas } from './canvas.js';
import { Noise } from './noise.js';
import type { Random } from '../random.js';
import { blob, roughen, smoothStep, type Outline } from './shape.js';
import { scaled, type Slide } from './stain.js';

/** The area of the white cell, which pushes red cells aside: no part of them is drawn there. */
export interface Obstacle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Distance from (x, y) beyond which no part of it is. */
  readonly extent: number;
  readonly shape: Outline;
}

interface RedCellPlace {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/**
 * Paints erythrocytes: biconcave discs of 7 to 8 µm without a nucleus, pink, paler over their middle third.
 * They are single, touch or overlap; where they overlap, their densities add.
 */
export function paintRedCells(canvas: DensityCanvas, slide: Slide, random: Random, obstacle: Obstacle): void {
  for (const place of scatter(canvas, slide, random, obstacle))
    paintRedCell(canvas, slide, random, place, obstacle);
}

/** Draws random places, without those that would crowd a neighbour or cover the white cell. */
function scatter(canvas: DensityCanvas, slide: Slide, random: Random, obstacle: Obstacle): RedCellPlace[] {
  const places: RedCellPlace[] = [];
  const area = (canvas.frameWidth * canvas.frameHeight) / (960 * 1080);
  const wanted = Math.round(area * slide.crowding * random.uniform(0.7, 1.25));
  for (let attempt = 0; attempt < wanted * 8 && places.length < wanted; attempt++) {
    const radius = (slide.redCellDiameter / 2) * Math.max(0.7, random.normal(1, slide.redCellSpread));
    const x = random.uniform(-radius * 0.8, canvas.frameWidth + radius * 0.8);
    const y = random.uniform(-radius * 0.8, canvas.frameHeight + radius * 0.8);
    // Most keep apart; every fourth may overlap another.
    const closeness = random.chance(0.25) ? random.uniform(0.9, 1.6) : random.uniform(1.75, 2.1);
    const isFree = places.every((other) => Math.hypot(other.x - x, other.y - y) > closeness * radius);
    const gap = Math.hypot(obstacle.x - x, obstacle.y - y) - obstacle.radius;
    if (isFree && gap > radius * random.uniform(0.55, 1.05)) places.push({ x, y, radius });
  }
  return places;
}

function paintRedCell(
  canvas: DensityCanvas,
  slide: Slide,
  random: Random,
  place: RedCellPlace,
  obstacle: Obstacle,
): void {
  const { radius } = place;
  const outline = redCellOutline(slide, random, radius);
  const texture = new Noise(random, 60);
  const stain = scaled(slide.redCell, random.normal(1, 0.07));
  const pallor = Math.max(0, slide.pallor * random.normal(0.8, 0.3));
  const pallorWidth = slide.pallorWidth * random.uniform(0.8, 1.2);
  const offCentreX = random.normal(0, 0.06) * radius;
  const offCentreY = random.normal(0, 0.06) * radius;
  const isNear = Math.hypot(place.x - obstacle.x, place.y - obstacle.y) < 1.5 * radius + obstacle.extent;
  canvas.around(place.x, place.y, radius * 1.5, (x, y, at) => {
    const distance = outline(x, y);
    if (distance > 9) return;
    const free = isNear ? freeOf(obstacle, x + place.x, y + place.y) : 1;
    const cover = smoothStep(2.5, -2.5, distance);
    const middle = Math.sqrt((x - offCentreX) ** 2 + (y - offCentreY) ** 2) / (radius * pallorWidth);
    const dimple = 1 - pallor * (0.62 * bell(middle) + 0.1 * smoothStep(1.9, 0.8, middle));
    const rounding = 1 - 0.22 * smoothStep(-0.16, 0, distance / radius);
    const body = cover * dimple * rounding * (1 + 0.025 * texture.at(x, y));
    canvas.addLayer(at, stain, free * (body + (distance > -17 ? beckeLine(distance) : 0)));
  });
}

/** Brightness at the edge: bent light leaves a thin bright line outside and a dark one inside. */
function beckeLine(distance: number): number {
  return 0.1 * bell((distance + 5) / 4) - 0.035 * bell((distance - 4) / 3);
}

function freeOf(obstacle: Obstacle, x: number, y: number): number {
  return smoothStep(-3, 4, obstacle.shape(x - obstacle.x, y - obstacle.y));
}

function redCellOutline(slide: Slide, random: Random, radius: number): Outline {
  if (random.chance(slide.crenated)) {
    const round = blob(random, {
      radius: radius * 0.95,
      elongation: random.uniform(1, 1.2),
      roughness: 0.03,
    });
    return roughen(round, new Noise(random, random.uniform(36, 64)), radius * random.uniform(0.02, 0.045));
  }
  const isOval = random.chance(0.18);
  const elongation = isOval ? random.uniform(1.15, 1.6) : random.uniform(1, 1.13);
  return blob(random, { radius, elongation, roughness: 0.022, waves: [2, 5] });
}

function bell(x: number): number {
  return x > 4 ? 0 : Math.exp(-x * x);
}
