/** Optical density (natural logarithm) of a stain of strength 1 for red, green and blue. */
export type Density = readonly [red: number, green: number, blue: number];

/**
 * The smear as optical density: where objects overlap, densities add and light multiplies (Beer-Lambert), as
 * on glass. It is drawn at half the image's resolution, which is still finer than the optics of the simulated
 * cameras.
 *
 * Painting functions use *scanner pixels*, those of a 960×1080 frame, at any image size.
 */
export class DensityCanvas {
  readonly columns: number;
  readonly rows: number;
  /** Canvas pixels per scanner pixel. */
  readonly scale: number;
  /** Width and height of the frame in scanner pixels. */
  readonly frameWidth: number;
  readonly frameHeight: number;
  /** rows × columns × 3 (red, green, blue). */
  readonly density: Float32Array;

  /**
   * Makes an empty canvas.
   * @param imageScale image pixels per scanner pixel
   */
  constructor(width: number, height: number, imageScale: number) {
    this.columns = Math.ceil(width / 2);
    this.rows = Math.ceil(height / 2);
    this.scale = imageScale / 2;
    this.frameWidth = width / imageScale;
    this.frameHeight = height / imageScale;
    this.density = new Float32Array(this.columns * this.rows * 3);
  }

  /**
   * Yields the canvas pixels within `extent` of a centre: position relative to it in scanner pixels, and
   * offset of its red value.
   */
  around(
    centreX: number,
    centreY: number,
    extent: number,
    paint: (x: number, y: number, at: number) => void,
  ): void {
    const { scale, columns, rows } = this;
    const left = Math.max(0, Math.floor((centreX - extent) * scale));
    const right = Math.min(columns - 1, Math.ceil((centreX + extent) * scale));
    const top = Math.max(0, Math.floor((centreY - extent) * scale));
    const bottom = Math.min(rows - 1, Math.ceil((centreY + extent) * scale));
    for (let row = top; row <= bottom; row++) {
      const y = (row + 0.5) / scale - centreY;
      for (let column = left; column <= right; column++) {
        paint((column + 0.5) / scale - centreX, y, (row * columns + column) * 3);
      }
    }
  }

  add(at: number, stain: Density, amount: number): void {
    const { density } = this;
    density[at] = (density[at] ?? 0) + stain[0] * amount;
    density[at + 1] = (density[at + 1] ?? 0) + stain[1] * amount;
    density[at + 2] = (density[at + 2] ?? 0) + stain[2] * amount;
  }

  /**
   * Adds a stain like `add`, but less where the same stain already is: cells that overlap flatten each other.
   */
  addLayer(at: number, stain: Density, amount: number): void {
    const below = Math.min(1, Math.max(0, (this.density[at + 1] ?? 0) / stain[1]));
    this.add(at, stain, amount * (1 - 0.4 * below));
  }
}
