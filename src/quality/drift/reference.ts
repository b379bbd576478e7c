import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ENGINE_NAMES } from '../../engine.js';
import { messageOf, SmearwatchError } from '../../errors.js';
import type { ModelIdentity, ResultRecord } from '../../record.js';
import { decodeText } from '../../text/decode-text.js';
import { distributionOf, distributionSchema, sharesOf, sharesSchema } from './distribution.js';
import {
  lookObservation,
  predictionObservation,
  type LookObservation,
  type PredictionObservation,
} from './observation.js';

export const REFERENCE_VERSION = 1;

const count = z.int().min(0);

/** The predictions of a model for the reference's images. */
export const predictionReferenceSchema = z.strictObject({
  images: count,
  classes: sharesSchema,
  confidence: distributionSchema,
});

/** How the reference's images look. */
export const lookReferenceSchema = z.strictObject({
  images: count,
  brightness: distributionSchema,
  stainStrength: distributionSchema,
  stainColour: distributionSchema,
});

/**
 * Contents of `reference.json`, which live images are compared with. New fields may be added;
 * `referenceVersion` changes when the meaning of a field changes.
 */
const referenceSchema = z.strictObject({
  referenceVersion: z.literal(REFERENCE_VERSION),
  /** RFC 3339, UTC. */
  madeAt: z.iso.datetime(),
  models: z.array(
    predictionReferenceSchema.extend({
      name: z.string(),
      version: z.string(),
      weightsSha256: z.string(),
      engine: z.enum(ENGINE_NAMES),
    }),
  ),
  looks: lookReferenceSchema.optional(),
});

export type PredictionReference = z.infer<typeof predictionReferenceSchema>;
export type LookReference = z.infer<typeof lookReferenceSchema>;
export type DriftReference = z.infer<typeof referenceSchema>;

/** The fields of a result that a reference is made from: a record of an evaluation or of the ledger. */
export type ReferenceImage = Pick<ResultRecord, 'models'> & {
  readonly image: Pick<ResultRecord['image'], 'look'>;
};

/** Makes the reference of these images, for each model that classified them. */
export function makeReference(images: Iterable<ReferenceImage>, madeAt = new Date()): DriftReference {
  const models = new Map<string, { identity: ModelIdentity; seen: PredictionObservation[] }>();
  const looks: LookObservation[] = [];
  for (const { image, models: predictions } of images) {
    if (image.look) looks.push(lookObservation(image.look));
    for (const prediction of predictions) {
      const key = `${prediction.weightsSha256}/${prediction.engine}`;
      const model = models.get(key) ?? { identity: prediction, seen: [] };
      model.seen.push(predictionObservation(prediction));
      models.set(key, model);
    }
  }
  return {
    referenceVersion: REFERENCE_VERSION,
    madeAt: madeAt.toISOString(),
    models: [...models.values()].map(({ identity: { name, version, weightsSha256, engine }, seen }) => ({
      name,
      version,
      weightsSha256,
      engine,
      ...predictionReference(seen),
    })),
    ...(looks.length > 0 && { looks: lookReference(looks) }),
  };
}

export function predictionReference(seen: readonly PredictionObservation[]): PredictionReference {
  return {
    images: seen.length,
    classes: sharesOf(seen.map((observation) => observation.class)),
    confidence: distributionOf(seen.map(({ confidence }) => confidence)),
  };
}

export function lookReference(seen: readonly LookObservation[]): LookReference {
  return {
    images: seen.length,
    brightness: distributionOf(seen.map(({ brightness }) => brightness)),
    stainStrength: distributionOf(known(seen.map(({ stainStrength }) => stainStrength))),
    stainColour: distributionOf(known(seen.map(({ stainColour }) => stainColour))),
  };
}

export function known(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

/**
 * Reads a reference.
 * @throws SmearwatchError `drift-reference-invalid`
 */
export async function readReference(file: string): Promise<DriftReference> {
  try {
    const text = decodeText(await readFile(file), ({ what }) => new Error(what));
    return referenceSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new SmearwatchError(
      'drift-reference-invalid',
      `The reference ${file} (drift.reference) cannot be used: ${why}`,
      { cause },
    );
  }
}
