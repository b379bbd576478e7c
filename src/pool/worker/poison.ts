import { pbkdf2Sync } from 'node:crypto';
import { IMAGE_BYTES } from '../../images.js';

/**
 * Colours of images that make a worker fail, for tests: a batch fails so if it holds an image whose last
 * pixel has one of these colours. Loaded only when SMEARWATCH_FAULT asks for it (see faults.ts).
 */
export const POISONS = {
  /** The thread ends in the middle of a batch. */
  exit: [255, 0, 1],
  /** An error that is not caught. */
  crash: [255, 0, 2],
  memory: [255, 0, 3],
  loop: [255, 0, 4],
  /** A native call that does not return: the thread cannot be ended. */
  'native-loop': [255, 0, 5],
  /** Native code that aborts ends the whole process. */
  abort: [255, 0, 6],
} as const satisfies Record<string, readonly [number, number, number]>;
export type Poison = keyof typeof POISONS;

const EFFECTS: Readonly<Record<Poison, () => unknown>> = {
  exit: () => process.exit(1),
  crash: dieOfError,
  memory: fillHeap,
  loop: () => {
    for (;;);
  },
  // About 40 minutes in one native call.
  'native-loop': () => pbkdf2Sync('', '', 2 ** 31 - 1, 64, 'sha512'),
  // `process.abort` is not available in threads; native code's abort() sends this signal.
  abort: () => process.kill(process.pid, 'SIGABRT'),
};

/** Fails as the batch's poison says; does nothing without one. */
export async function takePoison(pixels: Uint8Array): Promise<void> {
  const poison = poisonIn(pixels);
  if (poison) await EFFECTS[poison]();
}

function poisonIn(pixels: Uint8Array): Poison | undefined {
  for (let end = IMAGE_BYTES; end <= pixels.length; end += IMAGE_BYTES) {
    const [red, green, blue] = pixels.subarray(end - 3, end);
    if (red !== 255 || green !== 0) continue;
    const found = Object.entries(POISONS).find(([, color]) => color[2] === blue);
    if (found) return found[0] as Poison;
  }
  return undefined;
}

function dieOfError(): Promise<never> {
  return new Promise(() => {
    setImmediate(() => {
      throw new Error('a poisoned image');
    });
  });
}

function fillHeap(): void {
  const rows: number[][] = [];
  for (;;) rows.push(new Array<number>(1_000_000).fill(rows.length));
}
