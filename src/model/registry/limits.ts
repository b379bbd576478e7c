import { z } from 'zod';
import { SmearwatchError } from '../../errors.js';
import type { Manifest } from './manifest.js';

/**
 * What a manifest's `evaluation` says when the version was held against limits. A version that missed one
 * stays in the registry, for who wants to look into it, but nothing leads to it by itself: it is neither
 * promoted nor what a bare name means.
 */
const schema = z.object({
  limits: z.object({ passed: z.boolean(), forced: z.boolean().optional(), failures: z.array(z.string()) }),
});

/** A sentence per limit that the version missed; none when it passed, or was never held against any. */
export function missedLimits({ evaluation }: Manifest): readonly string[] {
  const { data } = schema.safeParse(evaluation);
  return data === undefined || data.limits.passed || data.limits.forced === true ? [] : data.limits.failures;
}

export function limitsMissed(name: string, version: number, failures: readonly string[]): SmearwatchError {
  return new SmearwatchError(
    'model-limits-missed',
    `${name}@${version} missed its limits: ${failures.join('; ')}`,
  );
}
