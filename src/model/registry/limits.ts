import { z } from 'zod';
import { SmearwatchError } from '../../errors.js';
import type { Manifest } from './manifest.js';

/**
 * The part of a manifest's `evaluation` that says whether the version was checked against limits. A version
 * that missed one stays in the registry for inspection, but is never chosen automatically: it is not
 * promoted, and a bare name does not resolve to it.
 */
const schema = z.object({
  limits: z.object({ passed: z.boolean(), forced: z.boolean().optional(), failures: z.array(z.string()) }),
});

/** One sentence for each limit that the version missed; none when it passed, or was never checked. */
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
