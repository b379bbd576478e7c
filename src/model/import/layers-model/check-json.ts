import { quoted, unreadable } from '../failures.js';

/** Layers in models in models: 30 of them, one inside the other, are within this. */
const MAX_DEPTH = 100;

/**
 * Refuses JSON that is made to harm who reads it: nested so deeply that recursion overflows, or with keys and
 * names that mean something to every JavaScript object. tfjs copies keys into plain objects, and looks names
 * up in them.
 * @throws SmearwatchError `import-unreadable`
 */
export function checkJson(json: unknown): void {
  // Without recursion, and a level at a time: this is what finds out whether recursion is safe.
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

/** tfjs takes `to_string` for `toString`. */
function checkName(name: string): void {
  if (name.length < 30 && INHERITED.has(plain(name))) {
    throw harmful(`it has the name ${quoted(name)}, which every JavaScript object has already`);
  }
}

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();
const INHERITED = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype'].map(plain));

function harmful(why: string) {
  return unreadable(why, undefined, 'No program writes such a file: do not trust it.');
}
