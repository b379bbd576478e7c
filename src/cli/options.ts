import type { Options } from 'yargs';
import { SmearwatchError } from '../errors.js';

/** Options that several commands share, spelt once. */
export const jsonOption = {
  type: 'boolean',
  default: false,
  describe: 'Print JSON for programs instead of text for people.',
} as const satisfies Options;

export const configOption = {
  type: 'string',
  requiresArg: true,
  alias: 'c',
  describe: 'Configuration file; otherwise smearwatch.yaml here, then /etc/smearwatch/smearwatch.yaml.',
} as const satisfies Options;

export const stateOption = {
  type: 'string',
  requiresArg: true,
  describe: "The daemon's state folder, instead of the configuration's stateFolder.",
} as const satisfies Options;

/** A whole number with limits. yargs turns anything into a number, `NaN` included. */
export function integer<const More extends Options>(
  name: string,
  range: { readonly min: number; readonly max?: number },
  more: More,
): More & { type: 'number'; requiresArg: true; coerce: (value: number) => number } {
  const { min, max = Number.MAX_SAFE_INTEGER } = range;
  return {
    ...more,
    type: 'number',
    requiresArg: true,
    coerce: (value: number) => {
      if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
      const upTo = max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`;
      throw usageError(`--${name} must be a whole number from ${min}${upTo}`);
    },
  };
}

export function usageError(message: string, hint?: string): SmearwatchError {
  return new SmearwatchError(message, {
    code: 'usage',
    kind: 'usage',
    ...(hint !== undefined && { hint }),
  });
}
