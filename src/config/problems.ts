import type { z } from 'zod';
import { SmearwatchError } from '../errors.js';
import { configOptions, flatten, pathText, type ConfigOption } from './options.js';
import { suggest } from './suggest.js';
import type { Position, YamlSource } from './yaml-source.js';

/** A problem of a configuration file. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  /** The problem and the allowed values, without the path. */
  readonly message: string;
  /** Whether the name of the option is wrong, rather than its value. */
  readonly isAboutKey?: boolean;
}

/** Describes what the schema rejects: the value in the file, the allowed values, and a suggestion. */
export function schemaProblems(issues: readonly z.core.$ZodIssue[], value: unknown): Problem[] {
  const root = configOptions();
  const byPath = new Map([root, ...flatten(root)].map((option) => [option.path, option]));
  return issues.flatMap((issue) => {
    const path = pathText(issue.path, { anyIndex: true });
    const list = path.endsWith('[]') ? byPath.get(path.slice(0, -2)) : undefined;
    const option = byPath.get(path) ?? (list && entryOf(list));
    if (issue.code === 'unrecognized_keys') return unknownOptions(issue.keys, issue.path, value, option);
    return [{ path: issue.path, message: valueSentence(valueAt(value, issue.path), option, issue) }];
  });
}

/**
 * Describes one entry of a list. The catalogue lists `scanners` and `scanners[].name`; an entry `scanners[0]`
 * is a section, or a text.
 */
function entryOf(list: ConfigOption): ConfigOption {
  const allowed = list.children.length > 0 ? 'a section of options' : 'text';
  return { ...list, allowed, required: true };
}

function unknownOptions(
  keys: readonly string[],
  path: readonly PropertyKey[],
  root: unknown,
  section: ConfigOption | undefined,
): Problem[] {
  const present = Object(valueAt(root, path)) as Record<string, unknown>;
  const options = section?.children ?? [];
  return keys.map((key) => ({
    path: [...path, key],
    message: unknownSentence(key, present, options),
    isAboutKey: true,
  }));
}

function unknownSentence(
  key: string,
  present: Readonly<Record<string, unknown>>,
  options: readonly ConfigOption[],
): string {
  const names = options.map(({ name }) => name);
  // A known option of another alternative (`to` belongs to `action: move` only).
  const kind = options.find(({ choices, name }) => choices.length > 1 && name in present);
  if (names.includes(key) && kind) return `does not go with ${kind.name}: ${String(present[kind.name])}`;
  // An option that is present was not misspelt: suggest it only if no other name is similar.
  const missing = names.filter((name) => !Object.hasOwn(present, name));
  const meant = suggest(key, missing) ?? suggest(key, names);
  return `unknown option; ${meant === undefined ? `known here: ${names.join(', ')}` : `did you mean "${meant}"?`}`;
}

function valueSentence(value: unknown, option: ConfigOption | undefined, issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_format') return `is ${shown(value)}, ${issue.message}`;
  const allowed = option?.allowed ?? issue.message;
  if (value === undefined) return `is missing, it must be ${allowed}`;
  const otherwise = value === null && option?.required !== true ? ', or be left out' : '';
  const meant = typeof value === 'string' ? suggest(value, option?.choices ?? []) : undefined;
  return `is ${shown(value)}, must be ${allowed}${otherwise}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

function shown(value: unknown): string {
  if (value === null || value === '') return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a section';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (value instanceof Object ? (value as Record<PropertyKey, unknown>)[part] : undefined),
    root,
  );
}

/** Makes one error that lists every problem on a separate line, in the order of the file. */
export function invalidConfiguration(
  file: string,
  source: YamlSource,
  problems: readonly Problem[],
): SmearwatchError {
  const located = problems.map((problem) => ({ problem, position: locate(source, problem) }));
  located.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  const lines = located.map(({ problem: { path, message }, position: { line, column } }) => {
    const name = pathText(path);
    return `${file}:${line}:${column}: ${name === '' ? '' : `${name}: `}${message}`;
  });
  return configurationError(lines);
}

export function configurationError(lines: readonly string[]): SmearwatchError {
  const count = lines.length === 1 ? 'a problem' : `${lines.length} problems`;
  return new SmearwatchError(
    'configuration-invalid',
    `The configuration has ${count}:\n  ${lines.join('\n  ')}`,
  );
}

function locate(source: YamlSource, { path, isAboutKey }: Problem): Position {
  return isAboutKey === true ? source.positionOfKey(path) : source.positionOf(path);
}
