import { BENCH } from './codes/bench.js';
import { DAEMON } from './codes/daemon.js';
import { DATA } from './codes/data.js';
import { DELIVER } from './codes/deliver.js';
import { HTTP } from './codes/http.js';
import { IMAGES } from './codes/images.js';
import { LEDGER } from './codes/ledger.js';
import { MODELS } from './codes/models.js';
import { WATCH } from './codes/watch.js';

/**
 * Every error code of the product, with its kind, its fate and its help. A code without a row here does not
 * compile. Codes are stable: programs may rely on them. docs/errors.md is generated from this table.
 */
export const CODES = {
  ...IMAGES,
  ...WATCH,
  ...DELIVER,
  ...DAEMON,
  ...LEDGER,
  ...MODELS,
  ...DATA,
  ...BENCH,
  ...HTTP,
};

export type ErrorCode = keyof typeof CODES;

/** The code of everything that was thrown without a code of the table. */
export const UNEXPECTED: ErrorCode = 'unexpected-error';

export function helpOf(code: ErrorCode): string {
  return CODES[code].help;
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(CODES, code);
}
