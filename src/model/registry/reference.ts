import { SmearwatchError } from '../../errors.js';
import { MODEL_NAME } from './manifest.js';

/** A reference to a model: `alexnet`, `alexnet@3` or `alexnet@production`. */
export type ModelReference =
  | { readonly kind: 'default'; readonly name: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: number }
  | { readonly kind: 'label'; readonly name: string; readonly label: string };

/** Names of version folders: positive integers without leading zeros. */
export const VERSION = /^[1-9][0-9]{0,8}$/;
/** Names of labels. They start with a letter, so that they cannot be confused with a version. */
export const LABEL = /^[a-z][a-z0-9._-]{0,62}$/;

/**
 * Parses a reference.
 * @throws SmearwatchError `model-unknown`
 */
export function parseReference(reference: string): ModelReference {
  const [name = '', target, ...more] = reference.split('@');
  if (more.length === 0 && MODEL_NAME.test(name)) {
    if (target === undefined) return { kind: 'default', name };
    if (VERSION.test(target)) return { kind: 'version', name, version: Number(target) };
    if (LABEL.test(target)) return { kind: 'label', name, label: target };
  }
  throw new SmearwatchError('model-unknown', `"${reference}" is not a reference to a model`);
}
