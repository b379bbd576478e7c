import { z } from 'zod';
import { folder } from './values.js';

export const reviewSchema = z
  .strictObject({
    minConfidence: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe('A decision with a lower probability is sent to review.'),
  })
  .prefault({});

export const accuracySchema = z
  .strictObject({
    window: z
      .int()
      .min(1)
      .max(20_000)
      .default(500)
      .describe('Number of newest labelled images of each model that count, at most.'),
    maxAgeDays: z
      .number()
      .min(0.01)
      .max(3660)
      .optional()
      .describe('Images that were classified longer ago do not count; without it, all do.'),
  })
  .prefault({});

export const driftSchema = z
  .strictObject({
    reference: folder
      .optional()
      .describe(
        'The reference.json of an evaluation. Without it, and for models that it does not contain, the first window of images is the reference, once per model version and scanner.',
      ),
    window: z
      .int()
      .min(50)
      .max(10_000)
      .default(1000)
      .describe('Number of newest images of each model and scanner that are compared.'),
  })
  .prefault({});
