import type { Options } from 'yargs';
import type { ResultFilter } from '../ledger/ledger.js';
import { usageError } from './options.js';

/** How `results` and `replay` choose images. */
export const filterOptions = {
  sha256: {
    type: 'string',
    requiresArg: true,
    describe: 'SHA-256 of the image, or its first digits.',
    coerce: sha256Prefix,
  },
  path: { type: 'string', requiresArg: true, describe: 'Part of the path.' },
  scanner: { type: 'string', requiresArg: true, describe: 'Name of the scanner.' },
} as const satisfies Readonly<Record<string, Options>>;

interface ResultFilterValues {
  readonly sha256: string | undefined;
  readonly path: string | undefined;
  readonly scanner: string | undefined;
}

export function fileFilter({
  sha256,
  path,
  scanner,
}: ResultFilterValues): Omit<ResultFilter, 'limit' | 'review'> {
  return {
    ...(sha256 !== undefined && { sha256Prefix: sha256 }),
    ...(path !== undefined && { path }),
    ...(scanner !== undefined && { scanner }),
  };
}

/** Checked, because the ledger searches with a pattern in which other characters would have a meaning. */
function sha256Prefix(value: string): string {
  if (/^[0-9a-f]{4,64}$/i.test(value)) return value.toLowerCase();
  throw usageError('--sha256 must be 4 to 64 hexadecimal digits');
}
