import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** One file that imports another; paths from the root, with forward slashes. */
export interface ImportOfFile {
  readonly from: string;
  readonly to: string;
}

/**
 * Every import between the TypeScript files below `root`, those of types only and dynamic ones included.
 * Files that `standsFor` names are reported under that path.
 */
export function importsBelow(root: string, standsFor: ReadonlyMap<string, string>): ImportOfFile[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.[cm]?ts$/.test(file));
  const known = new Set(files);
  return files.flatMap((from) =>
    specifiersOf(readFileSync(join(root, from), 'utf8'))
      .map((specifier) => ({ from, to: sourceOf(posix.join(posix.dirname(from), specifier)) }))
      .filter(({ to }) => known.has(to))
      .map(({ to }) => ({ from: standsFor.get(from) ?? from, to: standsFor.get(to) ?? to })),
  );
}

function specifiersOf(text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'));
}

/** The source of a compiled file's name: imports name `x.js`, the file is `x.ts`. */
function sourceOf(file: string): string {
  return file.replace(/\.([cm]?)js$/, '.$1ts');
}
