import { Random } from '../random.js';

/** Side of the noise tile in samples; a power of two, so that wrapping is a mask. */
const TILE_SIDE = 256;
const TILE_MASK = TILE_SIDE - 1;
/** Typical distance between two bright spots of the tile, in samples. */
const TILE_WAVELENGTH = 12;

/** A smooth random field over the plane: mean 0, variance 1, spots about `wavelength` apart. */
export class Noise {
  readonly #tile = noiseTile();
  readonly #cos: number;
  readonly #sin: number;
  readonly #shiftX: number;
  readonly #shiftY: number;

  /** @param wavelength in scanner pixels */
  constructor(random: Random, wavelength: number) {
    const angle = random.angle();
    this.#cos = (Math.cos(angle) * TILE_WAVELENGTH) / wavelength;
    this.#sin = (Math.sin(angle) * TILE_WAVELENGTH) / wavelength;
    this.#shiftX = random.uniform(0, TILE_SIDE);
    this.#shiftY = random.uniform(0, TILE_SIDE);
  }

  /** The value at a point, bilinear between the tile's samples. */
  at(x: number, y: number): number {
    const u = x * this.#cos - y * this.#sin + this.#shiftX;
    const v = x * this.#sin + y * this.#cos + this.#shiftY;
    const column = Math.floor(u);
    const row = Math.floor(v);
    const fx = u - column;
    const top = (row & TILE_MASK) * TILE_SIDE;
    const bottom = ((row + 1) & TILE_MASK) * TILE_SIDE;
    const left = column & TILE_MASK;
    const right = (column + 1) & TILE_MASK;
    const tile = this.#tile;
    const above = (tile[top + left] ?? 0) * (1 - fx) + (tile[top + right] ?? 0) * fx;
    const below = (tile[bottom + left] ?? 0) * (1 - fx) + (tile[bottom + right] ?? 0) * fx;
    return above + (below - above) * (v - row);
  }
}

let cachedTile: Float32Array | undefined;

/**
 * The tile that serves every image (each field reads it turned, shifted and scaled). Its seed is fixed and
 * not the caller's.
 */
function noiseTile(): Float32Array {
  cachedTile ??= makeTile();
  return cachedTile;
}

/** Makes white noise through a band-pass: a narrow blur minus a wide one, both wrapping around the edges. */
function makeTile(): Float32Array {
  const random = new Random('noise-tile');
  const white = Float32Array.from({ length: TILE_SIDE * TILE_SIDE }, () => random.normal());
  const narrow = blurWrapping(white, 2, 3);
  const wide = blurWrapping(narrow, 5, 2);
  const band = narrow.map((value, at) => value - (wide[at] ?? 0));
  const variance = band.reduce((sum, value) => sum + value * value, 0) / band.length;
  return band.map((value) => value / Math.sqrt(variance));
}

function blurWrapping(source: Float32Array, radius: number, times: number): Float32Array {
  let field = source;
  for (let time = 0; time < times; time++) field = boxTransposed(boxTransposed(field, radius), radius);
  return field;
}

/** Running mean along rows, written transposed: applied twice, it is a two-dimensional box blur. */
function boxTransposed(source: Float32Array, radius: number): Float32Array {
  const target = new Float32Array(source.length);
  for (let row = 0; row < TILE_SIDE; row++) {
    const start = row * TILE_SIDE;
    let sum = 0;
    for (let at = -radius; at <= radius; at++) sum += source[start + (at & TILE_MASK)] ?? 0;
    for (let column = 0; column < TILE_SIDE; column++) {
      target[column * TILE_SIDE + row] = sum / (2 * radius + 1);
      sum += source[start + ((column + radius + 1) & TILE_MASK)] ?? 0;
      sum -= source[start + ((column - radius) & TILE_MASK)] ?? 0;
    }
  }
  return target;
}
