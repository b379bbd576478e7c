import { posix } from 'node:path';
import { z } from 'zod';
import { suggest } from '../../config/suggest.js';
import type { GivenLabel, LabelSource, LabelTarget } from '../../ledger/ledger.js';
import { ONE_LINE, ONE_LINE_RULE } from '../../text/one-line.js';
import { classUnknown, pathInvalid, scannerUnknown, targetUnclear } from './failures.js';

const text = (longest: number) => z.string().min(1).max(longest).regex(ONE_LINE, ONE_LINE_RULE);

export const className = text(100);
export const labeller = text(100);

/** A label as a client sends it, for an image given by its bytes, or by its scanner and path. */
export const labelRequestSchema = z.strictObject({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 digits of lower-case hexadecimal')
    .optional(),
  scanner: text(63).optional(),
  /** Path of the image. An image whose name is not a line of text is identified by its SHA-256. */
  path: text(4096).optional(),
  class: className,
  /** The person or program that gives the label. */
  by: labeller,
});

export type LabelRequest = z.infer<typeof labelRequestSchema>;

/** The rules that labels are checked against. */
export interface LabelRules {
  /** Classes of the models in use. */
  readonly classes: readonly string[];
  /** Names of the scanners. */
  readonly scanners: readonly string[];
}

/**
 * Checks a label.
 * @param which names the label in errors
 * @throws SmearwatchError `label-class-unknown`, `label-target-unclear`, `label-scanner-unknown`,
 *   `label-path-invalid`
 */
export function checkLabel(
  request: LabelRequest,
  source: LabelSource,
  which: string,
  { classes, scanners }: LabelRules,
): GivenLabel {
  const target = targetOf(request);
  if (target === undefined) throw targetUnclear(which);
  if ('path' in target) {
    if (!scanners.includes(target.scanner)) throw scannerUnknown(which, target.scanner, scanners);
    if (!isLedgerPath(target.path)) throw pathInvalid(which, target.path);
  }
  const name = request.class;
  if (!classes.includes(name)) throw classUnknown(which, name, classes, suggest(name, classes));
  return { target, label: { class: name, by: request.by, source, at: new Date().toISOString() } };
}

function targetOf({ sha256, scanner, path }: LabelRequest): LabelTarget | undefined {
  const isFile = scanner !== undefined && path !== undefined;
  if (sha256 !== undefined) return scanner === undefined && path === undefined ? { sha256 } : undefined;
  return isFile ? { scanner, path } : undefined;
}

/**
 * Whether a path is written as in the ledger: a label with any other path would wait without end for an
 * image.
 */
function isLedgerPath(path: string): boolean {
  const isInside = !path.startsWith('/') && path !== '..' && !path.startsWith('../');
  return isInside && posix.normalize(path) === path && !path.endsWith('/');
}
