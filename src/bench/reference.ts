import { z } from 'zod';
import recorded from './reference.json' with { type: 'json' };
import { partsSchema } from './scaling/parts.js';

/**
 * Figures of one known computer, recorded by `scripts/guard-ratios.ts --record`: what `smearwatch plan` computes with where no
 * bench was run, and the ratios that CI compares with.
 */
const referenceSchema = z.strictObject({
  /** Of a whole bench. */
  parts: partsSchema,
  /** Medians of a quick bench's findings, by their ids. */
  quickRatios: z.record(z.string(), z.number()),
});

export type Reference = Readonly<z.output<typeof referenceSchema>>;

export function readReference(): Reference {
  return referenceSchema.parse(recorded);
}
