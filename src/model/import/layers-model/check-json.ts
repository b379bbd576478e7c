import { quoted, unreadable } from '../failures.js';

/** Deepest nesting allowed; 30 models, one inside the other, are within it. */
const MAX_DEPTH = 100;

/**
 * Rejects JSON that is made to harm its reader: nested so deeply that recursion overflows, or with keys and
 * names that every JavaScript object already has. tfjs copies keys into plain objects, and looks names up in
 * them.
 * @throws SmearwatchError `import-unreadable`
 */
export function checkJson(json: unknown): void {
  // Without recursion, one level at a time, because this decides whether recursion is safe.
  let level = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw harmful(`it is nested more than ${MAX_DEPTH} levels deep`);
    level = level.flatMap(childrenOf);
  }
}

function childrenOf(value: unknown): unknown[] {
  if (typeof value === 'string') checkName(value);
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value;
  Object.keys(value).forEach(checkName);
  return Object.values(value);
}

/** Checks a name also in the form that tfjs makes from it: `to_string` becomes `toString`. */
function checkName(name: string): void {
  if (name.length < 30 && INHERITED.has(plain(name))) {
    throw harmful(`it has the name ${quoted(name)}, which every JavaScript object already has`);
  }
}

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();
const INHERITED = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype'].map(plain));

function harmful(why: string) {
  return unreadable(why, undefined, 'No program writes such a file: do not trust it.');
}
