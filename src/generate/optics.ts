import type { DensityCanvas, Density } from './canvas.js';
import { Random } from '../random.js';
import type { Slide } from './stain.js';

/** The camera's settings and defects in one image. */
export interface Exposure {
  /** Gain of red, green and blue: exposure and white balance. */
  readonly gain: Density;
  /** Deviation of the focus blur, in scanner pixels. */
  readonly blur: number;
  /** Relative fall of the light from one side of the frame to the other. */
  readonly tilt: number;
  /** Share of stray light, which veils the dark parts. */
  readonly flare: number;
}

export function makeExposure(random: Random): Exposure {
  const brightness = random.normal(1, 0.035);
  const outOfFocus = random.chance(0.18);
  return {
    gain: [0, 0, 0].map(() => brightness * random.normal(1, 0.018)) as unknown as Density,
    blur: outOfFocus ? random.uniform(4, 8) : random.uniform(1, 3.4),
    tilt: random.normal(0, 0.03),
    flare: random.uniform(0.01, 0.06),
  };
}

/** Converts density to light on the canvas (0 to 255 per channel), in place. */
export function illuminate(canvas: DensityCanvas, slide: Slide, exposure: Exposure): Float32Array {
  const { columns, rows, density } = canvas;
  const cos = Math.cos(slide.lightAngle);
  const sin = Math.sin(slide.lightAngle);
  const source = slide.background.map((level, channel) => level * (exposure.gain[channel] ?? 1));
  const [red = 0, green = 0, blue = 0] = source;
  const { flare } = exposure;
  for (let row = 0; row < rows; row++) {
    const y = (2 * row) / rows - 1;
    for (let column = 0; column < columns; column++) {
      const x = (2 * column) / columns - 1;
      const light = 1 - slide.vignette * (x * x + y * y) * 0.5 + exposure.tilt * (x * cos + y * sin);
      const at = (row * columns + column) * 3;
      density[at] = red * light * (flare + (1 - flare) * Math.exp(-(density[at] ?? 0)));
      density[at + 1] = green * light * (flare + (1 - flare) * Math.exp(-(density[at + 1] ?? 0)));
      density[at + 2] = blue * light * (flare + (1 - flare) * Math.exp(-(density[at + 2] ?? 0)));
    }
  }
  return density;
}

/**
 * Applies a Gaussian focus blur with deviation `sigma` in canvas pixels; edges repeat. Overwrites `light`.
 */
export function defocus(light: Float32Array, columns: number, rows: number, sigma: number): Float32Array {
  if (sigma < 0.2) return light;
  const kernel = gaussian(sigma);
  blurRows(light, columns, rows, kernel);
  return blurColumns(light, columns, rows, kernel);
}

/** The kernel's right half, beginning with its middle. */
function gaussian(sigma: number): Float64Array {
  const radius = Math.ceil(2.2 * sigma);
  const half = Float64Array.from({ length: radius + 1 }, (_, at) =>
    Math.exp((-0.5 * at * at) / (sigma * sigma)),
  );
  const sum = half.reduce((total, value, at) => total + (at === 0 ? value : 2 * value), 0);
  return half.map((value) => value / sum);
}

/** Blurs rows in place, through one line with its end pixels repeated on both sides. */
function blurRows(light: Float32Array, columns: number, rows: number, kernel: Float64Array): void {
  const length = columns * 3;
  const pad = (kernel.length - 1) * 3;
  const line = new Float32Array(length + 2 * pad);
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    line.set(light.subarray(start, start + length), pad);
    for (let at = 0; at < pad; at++) {
      line[at] = light[start + (at % 3)] ?? 0;
      line[pad + length + at] = light[start + length - 3 + (at % 3)] ?? 0;
    }
    for (let at = 0; at < length; at++) {
      let sum = (line[pad + at] ?? 0) * (kernel[0] ?? 0);
      for (let tap = 1; tap < kernel.length; tap++) {
        sum += (kernel[tap] ?? 0) * ((line[pad + at - 3 * tap] ?? 0) + (line[pad + at + 3 * tap] ?? 0));
      }
      light[start + at] = sum;
    }
  }
}

function blurColumns(light: Float32Array, columns: number, rows: number, kernel: Float64Array): Float32Array {
  const length = columns * 3;
  const blurred = new Float32Array(light.length);
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    for (let tap = 0; tap < kernel.length; tap++) {
      // The middle tap is added from both sides, so it counts half each time.
      const weight = (kernel[tap] ?? 0) * (tap === 0 ? 0.5 : 1);
      const above = Math.max(0, row - tap) * length;
      const below = Math.min(rows - 1, row + tap) * length;
      for (let at = 0; at < length; at++) {
        blurred[start + at] =
          (blurred[start + at] ?? 0) + weight * ((light[above + at] ?? 0) + (light[below + at] ?? 0));
      }
    }
  }
  return blurred;
}

const NOISE_SAMPLES = 1 << 16;
let cachedNoise: Float32Array | undefined;

/** Normal deviates, drawn once with a fixed seed: each image row enters the table at its own random place. */
function noiseSamples(): Float32Array {
  if (cachedNoise === undefined) {
    const random = new Random('sensor-noise');
    cachedNoise = Float32Array.from({ length: NOISE_SAMPLES }, () => random.normal());
  }
  return cachedNoise;
}

export interface Sensor {
  readonly width: number;
  readonly height: number;
  /** Deviation of the noise at full light, in grey levels. */
  readonly noise: number;
}

/** The canvas at the image's size (bilinear, half-pixel centres) with sensor noise, as RGB bytes. */
export function expose(
  light: Float32Array,
  columns: number,
  rows: number,
  sensor: Sensor,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const { width, height, noise } = sensor;
  const pixels = new Uint8ClampedArray(width * height * 3);
  const line = new Float32Array((columns + 2) * 3);
  const samples = noiseSamples();
  const base = 0.45 * noise;
  const slope = (0.55 / 255) * noise;
  for (let y = 0; y < height; y++) {
    blendRows(light, columns, rows, y, line);
    let sample = random.integer(0, NOISE_SAMPLES - 1 - width * 3);
    let at = y * width * 3;
    // Entry c of the line is canvas column c - 1; image column x has the canvas column (x + 0.5) / 2 - 0.5.
    for (let x = 0; x < width; x++) {
      const near = ((x >> 1) + 1) * 3;
      const far = (x & 1) === 0 ? near - 3 : near + 3;
      for (let channel = 0; channel < 3; channel++) {
        const value = (line[near + channel] ?? 0) * 0.75 + (line[far + channel] ?? 0) * 0.25;
        // Photon noise grows with the root of the light; a straight line through 0.45 and 1 is precise enough
        // here.
        pixels[at + channel] = value + (base + slope * value) * (samples[sample + channel] ?? 0);
      }
      at += 3;
      sample += 3;
    }
  }
  return new Uint8Array(pixels.buffer);
}

/** The canvas line for one image row, with the first and last column repeated at the ends. */
function blendRows(light: Float32Array, columns: number, rows: number, y: number, line: Float32Array): void {
  const near = y >> 1;
  const far = Math.min(rows - 1, Math.max(0, (y & 1) === 0 ? near - 1 : near + 1));
  const nearStart = near * columns * 3;
  const farStart = far * columns * 3;
  const length = columns * 3;
  for (let at = 0; at < length; at++) {
    line[at + 3] = (light[nearStart + at] ?? 0) * 0.75 + (light[farStart + at] ?? 0) * 0.25;
  }
  for (let channel = 0; channel < 3; channel++) {
    line[channel] = line[channel + 3] ?? 0;
    line[length + 3 + channel] = line[length + channel] ?? 0;
  }
}
