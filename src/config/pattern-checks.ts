import picomatch from 'picomatch';
import { z } from 'zod';
import type { Problem } from './problems.js';

const list = z.array(z.unknown()).catch([]);
const scanner = z.object({ patterns: list, exclude: list }).catch({ patterns: [], exclude: [] });
const written = z.object({ scanners: z.array(scanner) });

/**
 * What the schema cannot tell of `patterns` and `exclude`: patterns that match nothing, or everything, for
 * ever.
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
    // What is no text, or empty, the schema refuses.
    const message = typeof text === 'string' && text !== '' ? check(text) : undefined;
    return message === undefined
      ? []
      : [{ path: [...path, index], message: `is ${quoted(text)}, ${message}` }];
  });
}

const RELATIVE = "patterns are relative to the scanner's folder";

/**
 * What is wrong with a pattern, and what to write instead. The order matters: the first fault explains the
 * others.
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

/** Only in `patterns`: names that are never taken for images. */
function ofImages(text: string): string | undefined {
  if (/(^|\/)\.(?!\/)/.test(text)) return 'but names that begin with a dot are never images';
  if (/\.(tmp|part|partial)$/i.test(text))
    return 'but that is what a file is called that is not finished yet';
  return undefined;
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Pairs of brackets, and what stands in them and between them. */
function brackets(text: string): string | undefined {
  // "[[:alpha:]]" is a pair within a pair, and the only such.
  const characters = Array.from(text.replace(/\[:\w+:\]/g, 'a'));
  const open: { bracket: string; at: number }[] = [];
  for (const [at, character] of characters.entries()) {
    const inner = open.at(-1);
    const isInSet = inner?.bracket === '[';
    if (inner && CLOSING[inner.bracket] === character) {
      // "[]a]" is a set that holds a bracket.
      if (isInSet && at === inner.at + 1) continue;
      open.pop();
      const group = characters.slice(inner.at + 1, at).join('');
      const fault = groupFault(inner.bracket, group, characters[inner.at - 1]);
      if (fault !== undefined) return fault;
    } else if (isInSet) continue;
    else if (character in CLOSING) open.push({ bracket: character, at });
    else if ('}])'.includes(character))
      return `with a "${character}" that nothing opens; ${itself(character)}`;
    else if (open.length === 0 && ',;|'.includes(character))
      return `a list in one text; make each pattern an entry of its own, or write {a,b} for alternatives; ${itself(character)}`;
  }
  const [first] = open;
  return first && `with a "${first.bracket}" that is never closed; ${itself(first.bracket)}`;
}

function itself(character: string): string {
  return `for the character itself, write "[${character}]"`;
}

/** @param before what stands before the group. */
function groupFault(bracket: string, group: string, before = ' '): string | undefined {
  if (bracket === '{' && !/,|\.\./.test(group))
    return `but braces stand for alternatives: write ${quoted(group)} without them, or {a,b}`;
  // A group of a regular expression: "Scan (2)" would match "Scan 2" only.
  if (bracket === '(' && !group.includes('|') && !'?*+@!'.includes(before))
    return `and ( ) stand for a group; for the characters themselves, write "[(]${group}[)]"`;
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
