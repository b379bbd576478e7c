import { z } from 'zod';
import recorded from './reference.json' with { type: 'json' };
import { partsSchema } from './scaling/parts.js';

/**
 * Figures of known computers, recorded by `scripts/guard-ratios.ts --record`: what `smearwatch plan` computes
 * with where no bench was run, and the ratios that CI compares with.
 */
const referenceSchema = z.strictObject({
  /** Of a whole bench on one of them. */
  parts: partsSchema,
  /** Medians of a quick bench's findings by their ids, by processor. */
  quickRatios: z.record(z.string(), z.record(z.string(), z.number())),
});

export type BenchReference = Readonly<z.output<typeof referenceSchema>>;

export function readReference(): BenchReference {
  return referenceSchema.parse(recorded);
}
