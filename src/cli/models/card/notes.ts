import { z } from 'zod';
import type { Manifest } from '../../../model/registry/manifest.js';

const share = z.number();
const counts = z.array(z.number());

/**
 * What a card reads out of a manifest's free fields. Each is optional: an imported model has no training, and
 * a version may have been written by another program.
 */
const trainingSchema = z.object({
  data: z
    .object({
      folder: z.string(),
      images: z.number(),
      perClass: z.record(z.string(), z.number()),
      sources: z.array(z.string()),
      sha256: z.string(),
      leftOut: z.array(z.unknown()),
    })
    .partial()
    .optional()
    .catch(undefined),
  split: z
    .object({
      by: z.string(),
      testShare: share,
      validationShare: share,
      seed: z.number(),
      sha256: z.string(),
      train: counts,
      validation: counts,
      test: counts,
    })
    .partial()
    .optional()
    .catch(undefined),
  recipe: z.record(z.string(), z.unknown()).optional().catch(undefined),
  epoch: z.number().optional().catch(undefined),
  epochsTrained: z.number().optional().catch(undefined),
  seconds: z.number().optional().catch(undefined),
  quantization: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

const evaluationSchema = z.object({
  on: z.string().optional().catch(undefined),
  confusion: z.array(counts).optional().catch(undefined),
  quadraticLoss: z.number().optional().catch(undefined),
  comparedWithFp32: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

export type TrainingNotes = z.infer<typeof trainingSchema>;
export type EvaluationNotes = z.infer<typeof evaluationSchema>;

export function notesOf({ trainedOn, evaluation }: Manifest): {
  training: TrainingNotes;
  evaluation: EvaluationNotes;
} {
  return { training: trainingSchema.parse(trainedOn), evaluation: evaluationSchema.parse(evaluation) };
}
