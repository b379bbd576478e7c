import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../src/random.js';

const HUES: Readonly<Record<string, readonly [number, number, number]>> = {
  blue: [90, 90, 190],
  pink: [200, 120, 160],
  violet: [140, 90, 170],
};

/** A labelled folder that can be learnt in seconds: small noisy pictures of a blob whose hue is the class. */
export async function writeColourSet(
  folder: string,
  perClass: number,
  names = Object.keys(HUES),
): Promise<void> {
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let index = 0; index < perClass; index++) {
      await sharp(blob(HUES[name] ?? [0, 0, 0], new Random(name, index)), {
        raw: { width: SIDE, height: SIDE, channels: 3 },
      })
        .png()
        .toFile(join(folder, name, `${index}.png`));
    }
  }
}

const SIDE = 32;

function blob(hue: readonly [number, number, number], random: Random): Buffer {
  const [x, y, radius] = [random.uniform(10, 22), random.uniform(10, 22), random.uniform(6, 10)];
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  for (let at = 0; at < SIDE * SIDE; at++) {
    const isInside = Math.hypot((at % SIDE) - x, Math.floor(at / SIDE) - y) < radius;
    for (let channel = 0; channel < 3; channel++) {
      const value = (isInside ? (hue[channel] ?? 0) : 230) + random.normal(0, 12);
      pixels[at * 3 + channel] = Math.min(255, Math.max(0, value));
    }
  }
  return pixels;
}
