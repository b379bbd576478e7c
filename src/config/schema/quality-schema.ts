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
      .describe('So many of the newest labelled images of each model are counted, at most.'),
    maxAgeDays: z
      .number()
      .min(0.01)
      .max(3660)
      .optional()
      .describe('None that were classified longer ago; without it, however old they are.'),
  })
  .prefault({});

export const driftSchema = z
  .strictObject({
    reference: folder
      .optional()
      .describe(
        'reference.json of an evaluation. Without it, and for models that it does not know, the first images are the reference: so many as the window has, taken once per model version and scanner.',
      ),
    window: z
      .int()
      .min(50)
      .max(10_000)
      .default(1000)
      .describe('So many of the newest images of each model and scanner are compared with the reference.'),
  })
  .prefault({});
