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

export const urlOption = {
  type: 'string',
  requiresArg: true,
  describe: "Address of the daemon's pages, instead of the configuration's http.host and http.port.",
} as const satisfies Options;

export const dataOption = {
  type: 'string',
  requiresArg: true,
  demandOption: true,
  describe: 'Labelled folder: DIR/<class>/<image>, with an optional manifest.csv (file,class,source,group).',
} as const satisfies Options;

interface NumberRange {
  readonly min: number;
  readonly max?: number;
}

type Numeric<More> = More & { type: 'number'; requiresArg: true; coerce: (value: number) => number };

/** A whole number with limits. yargs turns anything into a number, `NaN` included. */
export function integer<const More extends Options>(
  name: string,
  range: NumberRange,
  more: More,
): Numeric<More> {
  return numeric(name, range, more, 'a whole number', (value) => Number.isSafeInteger(value));
}

/** A number with limits, fractions included. */
export function fraction<const More extends Options>(
  name: string,
  range: NumberRange,
  more: More,
): Numeric<More> {
  return numeric(name, range, more, 'a number', (value) => Number.isFinite(value));
}

function numeric<const More extends Options>(
  name: string,
  { min, max }: NumberRange,
  more: More,
  kind: string,
  isKind: (value: number) => boolean,
): Numeric<More> {
  return {
    ...more,
    type: 'number',
    requiresArg: true,
    coerce: (value: number) => {
      if (isKind(value) && value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER)) return value;
      throw usageError(`--${name} must be ${kind} from ${min}${max === undefined ? '' : ` to ${max}`}`);
    },
  };
}

/** The words of `--models a,b`: none empty, none twice. @throws SmearwatchError `usage` */
export function wordsOf(name: string, text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.includes(''))
    throw usageError(`--${name} "${text}" has an empty entry`, 'Separate the entries by single commas.');
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (twice !== undefined)
    throw usageError(`--${name} "${text}" names ${twice} twice`, 'Name each of them once.');
  return words;
}

export function usageError(message: string, hint?: string): SmearwatchError {
  return new SmearwatchError('usage', message, { hint });
}
