import type { Engine, EngineName, Session } from '../../engine.js';
import { messageOf } from '../../errors.js';
import { IMAGE_BYTES } from '../../images.js';
import { fixedBatch, notRunning, outputMisfit } from './failures.js';
import type { ImportStatement } from './statement.js';

/** Images for the trial: black, white, and one with a mixture of values. */
const IMAGES = [
  new Uint8Array(IMAGE_BYTES),
  new Uint8Array(IMAGE_BYTES).fill(255),
  Uint8Array.from({ length: IMAGE_BYTES }, (_, index) => (index * 7919 + (index >> 8) * 31) % 251),
];

/**
 * Classifies three images one by one and together: the results must be probabilities, and may not depend on
 * the batch.
 * @returns name and version of the engine
 * @throws SmearwatchError `import-not-running`, `import-input`, `import-output`
 */
export async function tryModel(
  engine: Engine,
  file: string,
  { classes, outputIs }: Pick<ImportStatement, 'classes' | 'outputIs'>,
  wasFixedToOneImage = false,
): Promise<string> {
  const session = await engine.open(file, classes.length, { threads: 1 }).catch((error: unknown) => {
    const isBatch = wasFixedToOneImage && FIXED_SHAPE.test(messageOf(error));
    throw isBatch ? fixedBatch(1, error) : notRunning(engine.name, messageOf(error), error);
  });
  try {
    const run = { session, engine: engine.name, wasFixedToOneImage };
    const single = await runSingly(run);
    if (outputIs === 'probabilities') checkSums(single, classes.length);
    checkTogether(single, await runTogether(run), wasFixedToOneImage);
  } finally {
    await session.close();
  }
  return `${engine.name} ${engine.capabilities.version}`;
}

/**
 * Messages of ONNX Runtime about a graph with contradictory sizes, and of our contract about a fixed batch.
 */
const FIXED_SHAPE = /ShapeInferenceError|fixed to batches/;

interface TrialRun {
  readonly session: Session;
  readonly engine: EngineName;
  readonly wasFixedToOneImage: boolean;
}

/**
 * Classifies the images one by one. A graph that was changed from a batch of one image may no longer fit
 * together.
 */
async function runSingly({ session, engine, wasFixedToOneImage }: TrialRun): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (const image of IMAGES) {
    rows.push(
      await session.run(image, 1).catch((error: unknown) => {
        throw wasFixedToOneImage ? fixedBatch(1, error) : notRunning(engine, messageOf(error), error);
      }),
    );
  }
  return rows;
}

async function runTogether({ session, engine, wasFixedToOneImage }: TrialRun): Promise<Float32Array> {
  try {
    return await session.run(Buffer.concat(IMAGES), IMAGES.length);
  } catch (error) {
    if (wasFixedToOneImage) throw fixedBatch(1, error);
    throw notRunning(engine, `in batches, ${messageOf(error)}`, error);
  }
}

function checkSums(rows: readonly Float32Array[], classes: number): void {
  for (const row of rows) {
    const sum = row.reduce((total, value) => total + value, 0);
    if (row.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-3) continue;
    throw outputMisfit(
      `its ${classes} values are not probabilities: ${[...row.slice(0, 5)].map((value) => value.toPrecision(4)).join(', ')}`,
      'Use --output-is logits, if these are the values before the softmax.',
    );
  }
}

function checkTogether(single: readonly Float32Array[], together: Float32Array, wasFixed: boolean): void {
  const expected = single.flatMap((row) => [...row]);
  if (expected.every((value, index) => Math.abs(value - (together[index] ?? NaN)) < 1e-3)) return;
  if (wasFixed) throw fixedBatch(1);
  throw outputMisfit(
    'an image has different results in a batch and alone',
    'Export it for inference, not for training (PyTorch: model.eval()).',
  );
}
