import picomatch from 'picomatch';
import { z } from 'zod';
import type { Problem } from './problems.js';

const list = z.array(z.unknown()).catch([]);
const scanner = z.object({ patterns: list, exclude: list }).catch({ patterns: [], exclude: [] });
const written = z.object({ scanners: z.array(scanner) });

/**
 * Problems of `patterns` and `exclude` that the schema cannot detect: patterns that would always match
 * nothing, or everything.
 */
export function patternProblems(value: unknown): Problem[] {
  const scanners = written.safeParse(value).data?.scanners ?? [];
  return scanners.flatMap(({ patterns, exclude }, index) => [
    ...problemsOf(patterns, ['scanners', index, 'patterns'], (text) => problemOf(text) ?? ofImages(text)),
    ...problemsOf(exclude, ['scanners', index, 'exclude'], problemOf),
  ]);
}

function problemsOf(
  patterns: readonly unknown[],
  path: readonly PropertyKey[],
  check: (text: string) => string | undefined,
): Problem[] {
  return patterns.flatMap((text, index) => {
    // The schema rejects values that are not text or are empty.
    const message = typeof text === 'string' && text !== '' ? check(text) : undefined;
    return message === undefined
      ? []
      : [{ path: [...path, index], message: `is ${quoted(text)}, ${message}` }];
  });
}

const RELATIVE = "patterns are relative to the scanner's folder";

/**
 * Describes what is wrong with a pattern and what to write instead. The order matters: the first fault
 * explains the others.
 */
function problemOf(text: string): string | undefined {
  if (text.trim() !== text)
    return `which begins or ends with a blank; write ${quoted(text.trim() || '**/*.png')}`;
  if (/^!(?!\()/.test(text))
    return `and a negation matches everything else; write ${quoted(text.replace(/^!+/, ''))} into exclude`;
  if (text.includes('\\'))
    return `with a backslash; folders are divided by "/": ${quoted(text.replaceAll('\\', '/'))}`;
  if (/^[a-z]:/i.test(text)) return `an absolute path; ${RELATIVE}`;
  if (text.startsWith('/')) return `but ${RELATIVE}; write ${quoted(text.replace(/^\/+/, ''))}`;
  if (/(^|[/{,])\.\.([/},]|$)/.test(text)) return `but ".." leads out of the scanner's folder; ${RELATIVE}`;
  if (text.includes('//')) return `with two slashes in a row; write ${quoted(text.replace(/\/{2,}/g, '/'))}`;
  if (text.endsWith('/'))
    return `and no path ends with a slash; for all that is in the folder, write ${quoted(`${text}**`)}`;
  return brackets(text) ?? (isCompiled(text) ? undefined : 'and no name can match it; check its brackets');
}

/** Checks an entry of `patterns` for names that are never treated as images. */
function ofImages(text: string): string | undefined {
  if (/(^|\/)\.(?!\/)/.test(text)) return 'but names that begin with a dot are never images';
  if (/\.(tmp|part|partial)$/i.test(text)) return 'but unfinished files have such names';
  return undefined;
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Finds pairs of brackets, with the text inside and between them. */
function brackets(text: string): string | undefined {
  // "[[:alpha:]]" is a pair within a pair, and the only such pair.
  const characters = Array.from(text.replace(/\[:\w+:\]/g, 'a'));
  const open: { bracket: string; at: number }[] = [];
  for (const [at, character] of characters.entries()) {
    const inner = open.at(-1);
    const isInSet = inner?.bracket === '[';
    if (inner && CLOSING[inner.bracket] === character) {
      // "[]a]" is a set that contains a bracket.
      if (isInSet && at === inner.at + 1) continue;
      open.pop();
      const group = characters.slice(inner.at + 1, at).join('');
      const fault = groupFault(inner.bracket, group, characters[inner.at - 1]);
      if (fault !== undefined) return fault;
    } else if (isInSet) continue;
    else if (character in CLOSING) open.push({ bracket: character, at });
    else if ('}])'.includes(character))
      return `with a "${character}" that has no opening bracket; ${itself(character)}`;
    else if (open.length === 0 && ',;|'.includes(character))
      return `a list in one text; make each pattern an entry of its own, or write {a,b} for alternatives; ${itself(character)}`;
  }
  const [first] = open;
  return first && `with a "${first.bracket}" that is never closed; ${itself(first.bracket)}`;
}

function itself(character: string): string {
  return `for the character itself, write "[${character}]"`;
}

/**
 * Checks the contents of a group.
 * @param before the character before the group
 */
function groupFault(bracket: string, group: string, before = ' '): string | undefined {
  if (bracket === '{' && !/,|\.\./.test(group))
    return `but braces mean alternatives: write ${quoted(group)} without them, or {a,b}`;
  // In a regular expression this is a group: "Scan (2)" would match only "Scan 2".
  if (bracket === '(' && !group.includes('|') && !'?*+@!'.includes(before))
    return `and ( ) mean a group; for the characters themselves, write "[(]${group}[)]"`;
  return undefined;
}

function isCompiled(text: string): boolean {
  try {
    picomatch.makeRe(text, { debug: true });
    return true;
  } catch {
    return false;
  }
}

function quoted(text: unknown): string {
  return JSON.stringify(text);
}
