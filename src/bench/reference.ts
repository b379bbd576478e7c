import { z } from 'zod';
import recorded from './reference.json' with { type: 'json' };
import { partsSchema } from './scaling/parts.js';

/**
 * Figures of known computers, recorded by `scripts/guard-ratios.ts --record`: the basis of `smearwatch plan`
 * where no bench was run, and of CI's comparison of ratios.
 */
const referenceSchema = z.strictObject({
  /** Parts of a whole bench on one of them. */
  parts: partsSchema,
  /** Medians of a quick bench's findings, by processor and by the finding's id. */
  quickRatios: z.record(z.string(), z.record(z.string(), z.number())),
});

export type BenchReference = Readonly<z.output<typeof referenceSchema>>;

export function readReference(): BenchReference {
  return referenceSchema.parse(recorded);
}
