import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const DOCUMENT = /\.md$/;
const SOURCE = /\.(?:[cm]?ts|tsx|[cm]?js)$/;
const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage']);

/**
 * Decision pages and the changelog are records of their day; a licence is the text of others. The list of
 * phrases and its test contain the phrases themselves.
 */
const EXEMPT =
  /^(?:docs\/decisions\/|CHANGELOG\.md$|scripts\/prose\/phrases\.ts$|test\/scripts\/prose\.test\.ts$)|(?:^|\/)LICENSE/;

export interface FileChoice {
  /** Leaves sources out. */
  readonly documentsOnly: boolean;
}

/** The documents and sources below the paths that the rules apply to, relative to the root and sorted. */
export function filesToCheck(
  root: string,
  paths: readonly string[],
  { documentsOnly }: FileChoice,
): string[] {
  const files = (paths.length === 0 ? ['.'] : paths).flatMap((path) => filesBelow(join(root, path)));
  const names = files.map((file) => relative(root, file).split(sep).join('/'));
  const chosen = names.filter((name) => DOCUMENT.test(name) || (!documentsOnly && SOURCE.test(name)));
  return [...new Set(chosen.filter((name) => !EXEMPT.test(name)))].sort();
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .flatMap((entry) => filesBelow(join(path, entry.name)));
}
