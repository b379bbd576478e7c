import type { Picture } from './variants.js';

/** Waves of several lengths: every direction, no sudden edge. */
export function waves(width: number, height: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < pixels.length; at++) {
    const [x, y, c] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    pixels[at] = 128 + 60 * Math.sin(x / (9 + c)) * Math.cos(y / 13) + 50 * Math.sin((x + y) / 41 + c);
  }
  return { pixels, width, height };
}
