/**
 * `npm run build` ends with this: it writes the SHA-256 of each source file into dist/. Tests that run the
 * compiled program compare it with src/ (test/check-build.mjs). Times of files would not do: an incremental
 * build leaves unchanged outputs alone, and git gives files new times.
 *
 * node scripts/build-stamp.mjs
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const STAMP = join('dist', '.sources.json');

/** @param {string} [root] */
export function stampBuild(root = ROOT) {
  writeFileSync(join(root, STAMP), `${JSON.stringify(sourcesOf(root), null, 1)}\n`);
}

/**
 * Says in one sentence that dist/ is not the build of src/, and the command to run; undefined when it is.
 * @param {string} [root]
 */
export function staleBuild(root = ROOT) {
  const built = readStamp(root);
  if (built === undefined)
    return 'dist/ is not a complete build of src/: run `npm run build`, then the tests again.';
  const present = sourcesOf(root);
  const changed = [...new Set([...Object.keys(present), ...Object.keys(built)])]
    .filter((file) => present[file] !== built[file])
    .sort();
  if (changed.length === 0) return undefined;
  const more = changed.length > 1 ? ` and ${changed.length - 1} more` : '';
  return `dist/ is older than src/ (${changed[0]}${more} changed): run \`npm run build\`, then the tests again.`;
}

/**
 * Each source file with the SHA-256 of its bytes.
 * @param {string} root
 * @returns {Record<string, string>}
 */
function sourcesOf(root) {
  const entries = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((file) => [file.slice(root.length).replace(/^[\\/]/, ''), sha256Of(file)]),
  );
}

/** @param {string} file */
function sha256Of(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/**
 * @param {string} root
 * @returns {Record<string, string> | undefined}
 */
function readStamp(root) {
  try {
    return JSON.parse(readFileSync(join(root, STAMP), 'utf8'));
  } catch {
    return undefined; // Never built, or a build that failed.
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) stampBuild();
