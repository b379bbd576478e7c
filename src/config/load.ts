import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf, messageOf, SmearwatchError } from '../errors.js';
import { crossChecks } from './cross-checks.js';
import { withAbsolutePaths } from './paths.js';
import { configurationError, invalidConfiguration, schemaProblems } from './problems.js';
import { decodeText } from '../text/decode-text.js';
import { configSchema, type Config } from './schema.js';
import { parseYaml } from './yaml-source.js';

export interface LoadedConfig {
  /**
   * The configuration, validated, with defaults and absolute paths, and frozen: no other code needs to check
   * it.
   */
  readonly config: Config;
  /** Absolute path of the configuration file. */
  readonly file: string;
  /** SHA-256 of the file's bytes, hexadecimal: /status and the log name the configuration in force by it. */
  readonly sha256: string;
}

/**
 * Largest configuration file. A configuration takes some kilobytes; a larger file was probably named by
 * mistake.
 */
const MAX_BYTES = 1_048_576;

/**
 * Reads and checks a YAML 1.2 configuration file.
 * @throws SmearwatchError `configuration-unreadable`, or `configuration-invalid` with every problem, each
 *   with its line, column, option and allowed values.
 */
export function loadConfig(file: string): LoadedConfig {
  const path = resolve(file);
  const bytes = read(path);
  return { config: parseConfig(decode(path, bytes), path), file: path, sha256: sha256(bytes) };
}

/** Checks a text as if it were the contents of `file` (an absolute path), like `loadConfig`. */
export function parseConfig(text: string, file: string): Config {
  const source = parseYaml(text);
  if (source.syntaxErrors.length > 0) {
    const lines = source.syntaxErrors.map(
      ({ message, position: { line, column } }) => `${file}:${line}:${column}: not valid YAML: ${message}`,
    );
    throw configurationError(lines);
  }
  const base = dirname(file);
  const value = source.value ?? {};
  const checked = configSchema.safeParse(value);
  const problems = [...schemaProblems(checked.error?.issues ?? [], value), ...crossChecks(value, base)];
  if (!checked.success || problems.length > 0) throw invalidConfiguration(file, source, problems);
  return deepFreeze(withAbsolutePaths(checked.data, base));
}

function read(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const isMissing = errnoOf(error) === 'ENOENT';
    throw unreadable(
      `The configuration file ${path} ${isMissing ? 'does not exist' : `cannot be read: ${messageOf(error)}`}`,
      isMissing
        ? 'Start from one of config/examples/*.yaml, and name it with --config.'
        : 'Check that it is a file and that this user may read it.',
      error,
    );
  }
  if (bytes.length <= MAX_BYTES) return bytes;
  throw unreadable(`The configuration file ${path} is larger than 1 MiB`, 'Is it another file?');
}

function decode(path: string, bytes: Buffer): string {
  return decodeText(bytes, ({ what, hint }) =>
    unreadable(`The configuration file ${path} cannot be read: ${what}`, hint),
  );
}

function unreadable(message: string, hint: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError('configuration-unreadable', message, { hint, cause });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner as unknown);
  return Object.freeze(value);
}
