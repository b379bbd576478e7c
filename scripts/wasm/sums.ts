import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The files that a kernel's binary is built from, relative to its folder in native/. */
export function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[ch]$/.test(file) || file === 'build.sh')
    .sort();
}

/**
 * Compares a kernel's binary and sources with the SHA-256 that build.sh wrote beside the binary.
 * @returns a sentence for each file that does not belong to the others
 */
export function problemsOf(folder: string): string[] {
  const name = basename(folder);
  const sumsFile = `${name}.sha256`;
  const rebuild = `run ${join(folder, 'build.sh')}, and commit ${name}.wasm and ${sumsFile}`;
  if (!existsSync(join(folder, sumsFile))) return [`${join(folder, sumsFile)} is missing: ${rebuild}`];
  const sums = readSums(join(folder, sumsFile));
  const files = [...sourcesOf(folder), `${name}.wasm`];
  const gone = [...sums.keys()].filter((file) => !files.includes(file));
  return [
    ...gone.map((file) => `${join(folder, file)} was there when ${name}.wasm was built: ${rebuild}`),
    ...files.flatMap((file) => {
      const sum = sums.get(file);
      const path = join(folder, file);
      if (sum === undefined) return [`${path} was not there when ${name}.wasm was built: ${rebuild}`];
      return sum === sha256Of(path) ? [] : [`${path} has changed since ${name}.wasm was built: ${rebuild}`];
    }),
  ];
}

/** Reads lines of sha256sum: 64 digits, two characters, a path. */
function readSums(file: string): Map<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

function sha256Of(file: string): string {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'missing';
}
