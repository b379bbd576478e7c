import { driftOfShares, driftOfValues } from './distribution.js';
import type { LookObservation, PredictionObservation } from './observation.js';
import {
  known,
  lookReference,
  lookReferenceSchema,
  predictionReference,
  predictionReferenceSchema,
  type LookReference,
  type PredictionReference,
} from './reference.js';

/**
 * How drift of one kind is measured: how a reference is made from observations, and how far current
 * observations are from it. There is an index for each measure; one that does not exist (no image was
 * stained) is NaN.
 */
export interface DriftWatch<Observation, Reference> {
  makeReference(seen: readonly Observation[]): Reference;
  /**
   * Parses a stored reference.
   * @throws ZodError
   */
  parseReference(value: unknown): Reference;
  indexes(reference: Reference, seen: readonly Observation[]): Readonly<Record<string, number>>;
}

export const watchedPredictions: DriftWatch<PredictionObservation, PredictionReference> = {
  makeReference: predictionReference,
  parseReference: (value) => predictionReferenceSchema.parse(value),
  indexes: ({ classes, confidence }, seen) => ({
    classes: driftOfShares(
      classes,
      seen.map((observation) => observation.class),
    ),
    confidence: driftOfValues(
      confidence,
      seen.map((observation) => observation.confidence),
    ),
  }),
};

export const watchedLooks: DriftWatch<LookObservation, LookReference> = {
  makeReference: lookReference,
  parseReference: (value) => lookReferenceSchema.parse(value),
  indexes: (reference, seen) => ({
    brightness: driftOfValues(
      reference.brightness,
      seen.map(({ brightness }) => brightness),
    ),
    'stain-strength': driftOfValues(
      reference.stainStrength,
      known(seen.map(({ stainStrength }) => stainStrength)),
    ),
    'stain-colour': driftOfValues(reference.stainColour, known(seen.map(({ stainColour }) => stainColour))),
  }),
};
