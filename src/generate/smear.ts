import { SmearwatchError } from '../errors.js';
import { CELL_CLASSES, SCANNER_SIZE, type CellClass } from '../images.js';
import { paintPlasma, paintPlatelets, paintPrecipitate } from './background.js';
import { DensityCanvas } from './canvas.js';
import { classOrder, PAPER_PROPORTIONS } from './class-order.js';
import { defocus, expose, illuminate, makeExposure } from './optics.js';
import { Random } from '../random.js';
import { paintRedCells } from './red-cells.js';
import { makeSlide, slideOf } from './stain.js';
import { makeWhiteCell, paintWhiteCell } from './white-cell.js';

/** Smallest side in pixels: below it, no detail of a nucleus is visible. */
export const MIN_SIDE = 32;
export const MAX_SIDE = 8192;

const paperOrder = classOrder(PAPER_PROPORTIONS);

export interface SmearOptions {
  readonly seed: number;
  /** Index in the seed's endless series of images. */
  readonly index: number;
  /** Class to draw. Default: the class that the paper's proportions give to this index. */
  readonly cellClass?: CellClass;
  readonly width?: number;
  readonly height?: number;
}

/** The drawn objects, in pixels of the image. */
export interface SmearTruth {
  readonly centreX: number;
  readonly centreY: number;
  readonly cellArea: number;
  readonly nucleusArea: number;
}

export interface Smear {
  /** height × width × 3, RGB interleaved, no padding. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly cellClass: CellClass;
  /**
   * Number of the slide. Images of one slide share stain, light and red-cell properties: split data by slide,
   * never by image.
   */
  readonly slide: number;
  readonly truth: SmearTruth;
}

/**
 * Draws one labelled blood smear with one white cell near its middle. The same options give the same bytes,
 * on any thread and in any order.
 *
 * @throws SmearwatchError `generate-option` when an option is out of range
 */
export function drawSmear(options: SmearOptions): Smear {
  const { seed, index, width = SCANNER_SIZE.width, height = SCANNER_SIZE.height } = options;
  checkInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('index', index, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('width', width, MIN_SIDE, MAX_SIDE);
  checkInteger('height', height, MIN_SIDE, MAX_SIDE);
  const cellClass = options.cellClass ?? paperOrder(index);
  checkClass(cellClass);

  const imageScale = Math.min(width / SCANNER_SIZE.width, height / SCANNER_SIZE.height);
  const canvas = new DensityCanvas(width, height, imageScale);
  const slideNumber = slideOf(seed, index);
  const slide = makeSlide(seed, slideNumber);
  const stream = (part: string): Random => new Random(seed, part, index);

  const white = makeWhiteCell(canvas, cellClass, stream('white-cell'));
  paintPlasma(canvas, slide, stream('plasma'));
  const { x, y, extent, cell: shape } = white;
  const obstacle = { x, y, extent, shape, radius: white.anatomy.diameter / 2 };
  paintRedCells(canvas, slide, stream('red-cells'), obstacle);
  paintPlatelets(canvas, slide, stream('platelets'));
  const areas = paintWhiteCell(canvas, slide, white, stream('white-cell-texture'));
  paintPrecipitate(canvas, slide, stream('precipitate'));

  const exposure = makeExposure(stream('exposure'));
  const light = illuminate(canvas, slide, exposure);
  const blurred = defocus(light, canvas.columns, canvas.rows, exposure.blur * canvas.scale);
  const sensor = { width, height, noise: slide.noise };
  const pixels = expose(blurred, canvas.columns, canvas.rows, sensor, stream('sensor'));
  const truth = {
    centreX: white.x * imageScale,
    centreY: white.y * imageScale,
    cellArea: areas.cell * imageScale ** 2,
    nucleusArea: areas.nucleus * imageScale ** 2,
  };
  return { pixels, width, height, cellClass, slide: slideNumber, truth };
}

/**
 * Checks that an option is a whole number in its range.
 * @throws SmearwatchError `generate-option`
 */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new SmearwatchError('generate-option', `The generator's option "${name}" is ${value}.`, {
    hint: `Give a whole number from ${least} to ${most}.`,
  });
}

/**
 * Checks that the generator can draw a class.
 * @throws SmearwatchError `generate-option`
 */
export function checkClass(cellClass: string): asserts cellClass is CellClass {
  if ((CELL_CLASSES as readonly string[]).includes(cellClass)) return;
  throw new SmearwatchError('generate-option', `The generator cannot draw the class "${cellClass}".`, {
    hint: `Choose from ${CELL_CLASSES.join(', ')}.`,
  });
}
