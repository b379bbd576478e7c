import { isDeepStrictEqual } from 'node:util';
import type { Config } from './schema.js';

export interface ConfigChanges {
  /** Paths of the options that differ, scanners and sinks by name: `scanners[left].settle.quietMs`. */
  readonly changed: readonly string[];
  /** Changed options that take effect only after a restart of the daemon. */
  readonly needsRestart: readonly string[];
}

/**
 * Options that a running daemon cannot change: the ledger it holds open, the address that Prometheus and
 * probes use, and the set of watched folders with the way each is watched. All other options reload; see
 * ARCHITECTURE.md.
 */
const FIXED: readonly RegExp[] = [
  /^stateFolder$/,
  // The token may change at any time; the address that Prometheus and probes use may not.
  /^http\.(?!tokenFile$)/,
  // A scanner that was added, removed or renamed.
  /^scanners\[[^\]]+\]$/,
  // A scanner with another folder or another way of watching.
  /^scanners\[[^\]]+\]\.(folder|watch)$/,
];

/** Lists the options that differ between two configurations, and those that need a restart. */
export function changedOptions(before: Config, after: Config): ConfigChanges {
  const changed = differences('', before, after);
  const needsRestart = changed.filter((path) => FIXED.some((fixed) => fixed.test(path)));
  return { changed, needsRestart };
}

function differences(path: string, before: unknown, after: unknown): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [left, right] = [entriesOf(before), entriesOf(after)];
  if (left === undefined || right === undefined) return [path];
  const names = new Set([...left.keys(), ...right.keys()]);
  const inside = [...names].flatMap((name) => differences(join(path, name), left.get(name), right.get(name)));
  // The same entries in another order: the list itself changed.
  return inside.length > 0 ? inside : [path];
}

function join(path: string, name: string): string {
  return path === '' || name.startsWith('[') ? `${path}${name}` : `${path}.${name}`;
}

/**
 * The options of a section, or the entries of a list by their names; undefined for values that are compared
 * whole.
 */
function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const entries = value as readonly unknown[];
    return entries.every(isNamed) ? new Map(entries.map((entry) => [`[${entry.name}]`, entry])) : undefined;
  }
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}
