import { WORKER_FILE } from '../../fixtures/worker-file.js';
import { configureDecoding, decodeImage } from '../../../src/decode/decode-image.js';
import { IMAGE_BYTES } from '../../../src/images.js';
import type { ModelSpec } from '../../../src/model/registry/in-use.js';
import { InferencePool } from '../../../src/pool/inference-pool.js';
import type { ModelIdentity, ModelPrediction } from '../../../src/record.js';
import type { ModelSet } from './models.js';

const BATCH = 8;

/** What each model says of each smear when it is asked in quiet. */
export class Reference {
  readonly #answers = new Map<string, readonly Record<string, number>[]>();
  readonly #models: readonly ModelSpec[];

  private constructor(models: readonly ModelSpec[]) {
    this.#models = models;
  }

  static async of(sets: readonly ModelSet[], smears: readonly Buffer[]): Promise<Reference> {
    const models = sets.flatMap(({ specs }) => specs);
    const reference = new Reference(models);
    configureDecoding();
    const pixels: Uint8Array[] = [];
    for (const jpeg of smears) pixels.push((await decodeImage(jpeg)).pixels);
    for (const model of models) {
      reference.#answers.set(keyOf(model.identity), await answersOf(model, pixels));
    }
    return reference;
  }

  /**
   * The largest difference of a prediction from what the model that it names says in quiet; infinite for
   * another model.
   */
  difference(prediction: ModelPrediction, smear: number): number {
    const answer = this.#answers.get(keyOf(prediction))?.[smear];
    return answer === undefined ? Infinity : distance(answer, prediction.probabilities);
  }

  /** Which model of the same classes really says this of a smear. */
  authorOf(prediction: ModelPrediction, smear: number): string {
    const ranked = this.#models
      .map(({ identity }) => ({ identity, far: this.difference({ ...prediction, ...identity }, smear) }))
      .sort((a, b) => a.far - b.far);
    const [nearest] = ranked;
    return nearest === undefined ? 'nobody' : `${nearest.identity.name}@${nearest.identity.version}`;
  }

  /**
   * Share of smears of which all versions of a model say things that differ by more than `tolerance`: how
   * sharp the check is.
   */
  sharpness(tolerance: number): number {
    const pairs = this.#models.flatMap((one, at) =>
      this.#models
        .slice(at + 1)
        .filter(({ identity }) => identity.name === one.identity.name)
        .map((other) => [one, other] as const),
    );
    const shares = pairs.map(([one, other]) => {
      const [first = [], second = []] = [one, other].map(({ identity }) =>
        this.#answers.get(keyOf(identity)),
      );
      return (
        first.filter((answer, smear) => distance(answer, second[smear] ?? {}) > tolerance).length /
        first.length
      );
    });
    return Math.min(...shares);
  }
}

async function answersOf(model: ModelSpec, pixels: readonly Uint8Array[]): Promise<Record<string, number>[]> {
  const pool = await InferencePool.start({
    workerFile: WORKER_FILE,
    workers: 1,
    models: [model],
    taskTimeoutMs: 60_000,
  });
  const answers: Record<string, number>[] = [];
  for (let start = 0; start < pixels.length; start += BATCH) {
    const batch = pixels.slice(start, start + BATCH);
    const joined = new Uint8Array(batch.length * IMAGE_BYTES);
    batch.forEach((image, at) => joined.set(image, at * IMAGE_BYTES));
    const { perModel } = await pool.classify(joined, batch.length);
    const all = perModel[0]?.probabilities ?? new Float32Array();
    const { classes } = model;
    batch.forEach((_, at) => {
      answers.push(
        Object.fromEntries(classes.map((name, index) => [name, all[at * classes.length + index] ?? NaN])),
      );
    });
  }
  await pool.close();
  return answers;
}

function distance(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): number {
  return Math.max(...Object.entries(one).map(([name, value]) => Math.abs(value - (other[name] ?? Infinity))));
}

/** All that identifies a model: a result that has one field of another's is of no model. */
function keyOf({ name, version, weightsSha256, engine, precision }: ModelIdentity): string {
  return [name, version, weightsSha256, engine, precision].join(' ');
}
