import { z } from 'zod';

/**
 * What commands need of the daemon's pages. Fields are only ever added to them, so that more than this is no
 * mistake, and an older or newer daemon can be asked as well.
 */
export const readinessSchema = z.looseObject({ ready: z.boolean(), reasons: z.array(z.string()) });

const count = z.number().min(0);

export const statusSchema = z.looseObject({
  version: z.string(),
  startedAt: z.string(),
  uptimeSeconds: count,
  models: z.array(
    z.looseObject({
      name: z.string(),
      version: z.string(),
      engine: z.string(),
      precision: z.string(),
      computations: z
        .array(
          z.looseObject({
            computation: z.string(),
            workers: count,
            fallback: z.looseObject({ reason: z.string() }).optional(),
          }),
        )
        .default([]),
    }),
  ),
  decoding: z.looseObject({ images: z.record(z.string(), count) }).default({ images: {} }),
  work: z.looseObject({
    queued: count,
    running: count,
    done: count,
    quarantined: count,
    oldestMs: z.number(),
  }),
  workers: z.looseObject({ configured: count, alive: count, busy: count, stuck: count.default(0) }),
  outbox: z.record(z.string(), count),
  inFlight: count,
  imagesPerSecond: count,
  scanners: z.array(
    z.looseObject({
      name: z.string(),
      folder: z.string(),
      unsettled: count,
      problem: z.string().optional(),
    }),
  ),
});

export type ReadinessAnswer = z.output<typeof readinessSchema>;
export type StatusAnswer = z.output<typeof statusSchema>;
export type ModelAnswer = StatusAnswer['models'][number];
