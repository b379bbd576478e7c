import { loadEngine } from '../engines/load-engine.js';
import { OUTPUT_NAME } from '../onnx/names.js';
import { joinImages, nextTurn, runModel, type SessionRunOptions } from './session.js';

export interface ComparedModels {
  /** Probabilities of the first and the second file, row by row. */
  readonly probabilities: readonly [Float32Array, Float32Array];
  /**
   * Images a second on one thread: lower quartiles of the batches' times, which alternate between the two.
   */
  readonly imagesPerSecond: readonly [number, number];
  /** Speed of the second model divided by that of the first. */
  readonly speedup: number;
}

/**
 * Batch size, the daemon's default: large enough to make reading the fully connected layers' weights worth
 * its time.
 */
const BATCH = 16;

/**
 * Runs two models on the same images by the engine that serves them, batch by batch in turns.
 * @param files paths of two `model.onnx`
 */
export async function compareModels(
  files: readonly [string, string],
  images: readonly Uint8Array[],
  classes: number,
  { onProgress, signal }: Omit<SessionRunOptions, 'threads'>,
): Promise<ComparedModels> {
  const engine = await loadEngine('onnxruntime');
  const sessions = await Promise.all(files.map((file) => engine.open(file, classes, { threads: 1 })));
  const rows = files.map(() => new Float32Array(images.length * classes));
  const seconds: number[][] = [];
  try {
    // The first run of a session allocates its memory.
    for (const session of sessions)
      await session.run(joinImages(images.slice(0, BATCH)), Math.min(BATCH, images.length));
    for (let from = 0; from < images.length; from += BATCH) {
      signal?.throwIfAborted();
      const batch = images.slice(from, from + BATCH);
      const pixels = joinImages(batch);
      const times: number[] = [];
      for (const [index, session] of sessions.entries()) {
        const start = performance.now();
        rows[index]?.set(await session.run(pixels, batch.length), from * classes);
        times.push((performance.now() - start) / 1000 / batch.length);
      }
      if (batch.length === BATCH || seconds.length === 0) seconds.push(times);
      onProgress?.(from + batch.length);
      await nextTurn();
    }
  } finally {
    for (const session of sessions) await session.close();
  }
  const [first = new Float32Array(), second = new Float32Array()] = rows;
  return { probabilities: [first, second], ...speedOf(seconds) };
}

function speedOf(
  seconds: readonly (readonly number[])[],
): Pick<ComparedModels, 'imagesPerSecond' | 'speedup'> {
  const [first, second] = [0, 1].map((index) => lowerQuartile(seconds.map((times) => times[index] ?? NaN)));
  const rates = [1 / (first ?? NaN), 1 / (second ?? NaN)] as const;
  return { imagesPerSecond: rates, speedup: rates[1] / rates[0] };
}

/**
 * The lower quartile of the times. Other load can only slow a batch down: the faster batches show what the
 * processor can do.
 */
function lowerQuartile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)] ?? NaN;
}

/** A model's probabilities, row by row. */
export async function probabilitiesOf(
  model: Uint8Array,
  images: readonly Uint8Array[],
  { threads, signal }: SessionRunOptions,
): Promise<Float32Array> {
  const probabilities: number[] = [];
  await runModel(model, images, { threads, signal }, (outputs) => {
    probabilities.push(...(outputs.get(OUTPUT_NAME) ?? []));
  });
  return Float32Array.from(probabilities);
}

/** Kullback-Leibler divergence Σ p·ln(p/q), summed over all rows; q is kept above zero. */
export function divergence(expected: Float32Array, found: Float32Array): number {
  return expected.reduce((sum, p, index) => {
    return p <= 0 ? sum : sum + p * Math.log(p / Math.max(found[index] ?? 0, 1e-9));
  }, 0);
}
