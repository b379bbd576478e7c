import type { CellClass } from '../images.js';
import { makeAnatomy, type Anatomy } from './anatomy.js';
import type { DensityCanvas } from './canvas.js';
import { makeChromatin } from './chromatin.js';
import { makeCytoplasm, type CytoplasmPlace } from './cytoplasm.js';
import { Noise } from './noise.js';
import { makeNucleusShape } from './nucleus.js';
import type { Random } from '../random.js';
import { blob, circle, move, roughen, scaleToArea, smoothStep, unite, type Outline } from './shape.js';
import { mixed, scaled, type Slide } from './stain.js';

/** One white cell at a place: shapes are relative to (x, y), all lengths in scanner pixels. */
export interface WhiteCell {
  readonly x: number;
  readonly y: number;
  readonly anatomy: Anatomy;
  readonly cell: Outline;
  readonly nucleus: Outline;
  /** Distance from (x, y) beyond which no part of the cell is. */
  readonly extent: number;
}

export function makeWhiteCell(canvas: DensityCanvas, cellClass: CellClass, random: Random): WhiteCell {
  const anatomy = makeAnatomy(cellClass, random);
  const cell = makeCellShape(anatomy, random);
  return {
    x: canvas.frameWidth / 2 + random.normal(0, 38),
    y: canvas.frameHeight / 2 + random.normal(0, 38),
    anatomy,
    cell,
    nucleus: makeNucleusShape(anatomy, cell, random),
    extent: anatomy.diameter * 0.9,
  };
}

/** Makes a rounded body with bulges, scaled to the area of the anatomy's diameter. */
function makeCellShape(anatomy: Anatomy, random: Random): Outline {
  const { diameter, elongation, roughness } = anatomy;
  const radius = diameter / 2;
  const parts = [blob(random, { radius, elongation, roughness })];
  for (let bulge = 0; bulge < anatomy.bulges; bulge++) {
    const angle = random.angle();
    const away = radius * random.uniform(0.72, 1);
    parts.push(
      move(circle(0, 0, radius * random.uniform(0.22, 0.45)), away * Math.cos(angle), away * Math.sin(angle)),
    );
  }
  const body = scaleToArea(unite(parts, radius * 0.25), radius * 1.7, Math.PI * radius ** 2);
  return roughen(body, new Noise(random, 0.35 * radius), 0.012 * radius);
}

/** Painted areas, in square scanner pixels. */
export interface PaintedAreas {
  readonly cell: number;
  readonly nucleus: number;
}

export function paintWhiteCell(
  canvas: DensityCanvas,
  slide: Slide,
  white: WhiteCell,
  random: Random,
): PaintedAreas {
  const { anatomy, cell, nucleus } = white;
  const cytoplasm = makeCytoplasm(white, random);
  const chromatin = makeChromatin(anatomy, nucleus, random);
  const cytoplasmStain = scaled(
    mixed(slide.greyBlue, slide.basophilic, anatomy.basophilia),
    anatomy.cytoplasm,
  );
  const nuclearStain = scaled(slide.chromatin, anatomy.chromatin);
  const nucleolarStain = scaled(mixed(slide.chromatin, slide.basophilic, 0.6), anatomy.chromatin);
  let cellArea = 0;
  let nucleusArea = 0;
  canvas.around(white.x, white.y, white.extent, (x, y, at) => {
    const toCell = cell(x, y);
    const cover = smoothStep(2.5, -2.5, toCell);
    if (cover === 0) return;
    const depth = nucleus(x, y);
    const nuclear = cover * smoothStep(3, -3, depth);
    cellArea += cover;
    nucleusArea += nuclear;
    if (nuclear < 1) paintCytoplasm(canvas, at, x, y, { toCell, depth, amount: cover - nuclear });
    if (nuclear === 0) return;
    const density = nuclear * chromatin.density(x, y, depth);
    const blue = Math.min(1, Math.max(0, chromatin.blueness(x, y)));
    canvas.add(at, nuclearStain, density * (1 - blue));
    canvas.add(at, nucleolarStain, density * blue);
  });
  const pixelArea = 1 / canvas.scale ** 2;
  return { cell: cellArea * pixelArea, nucleus: nucleusArea * pixelArea };

  function paintCytoplasm(
    target: DensityCanvas,
    at: number,
    x: number,
    y: number,
    place: CytoplasmPlace,
  ): void {
    target.add(at, cytoplasmStain, place.amount * cytoplasm.density(x, y, place));
    target.add(at, slide.azurophilic, place.amount * cytoplasm.dust(x, y));
  }
}
