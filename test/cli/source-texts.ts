import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** What the sources say: the texts of a file, and the files that it loads. */
export interface SourceFile {
  /** Relative to `src`. */
  readonly file: string;
  /** String literals; templates with `${…}` for what they fill in; those joined by `+` as one. */
  readonly texts: readonly string[];
  /** Imported for more than types, now or later, or started as a thread or a process. Relative to `src`. */
  readonly loads: readonly string[];
}

export function readSources(): Map<string, SourceFile> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  return new Map(files.map((file) => [file, readSource(file)]));
}

/**
 * The files that come into play when one is loaded, itself included, without passing through those of
 * `except`.
 */
export function reachable(
  sources: ReadonlyMap<string, SourceFile>,
  start: string,
  except: ReadonlySet<string>,
): Set<string> {
  const seen = new Set([start]);
  for (const file of seen)
    for (const next of sources.get(file)?.loads ?? []) if (!except.has(next)) seen.add(next);
  return seen;
}

function readSource(file: string): SourceFile {
  const path = join(SRC, file);
  const tree = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const loads: string[] = [];
  const visit = (node: ts.Node): void => {
    const loaded = loadedBy(node);
    if (loaded !== undefined) loads.push(loaded);
    if (loaded !== undefined || ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    const text = ts.isExpression(node) ? textOf(node) : undefined;
    if (text === undefined) ts.forEachChild(node, visit);
    else texts.push(text);
  };
  visit(tree);
  return { file, texts, loads: loads.flatMap((name) => fileOf(path, name)) };
}

/** `import … from 'x'`, `export … from 'x'`, `import('x')`, `new URL('x.js', …)`. */
function loadedBy(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node))
    return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      ? undefined
      : literal(node.moduleSpecifier);
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? undefined : literal(node.moduleSpecifier);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return literal(node.arguments[0]);
  if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
    const name = literal(node.arguments?.[0]);
    return name?.endsWith('.js') === true ? name : undefined;
  }
  return undefined;
}

function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal: { text } }) => `\${…}${text}`).join('');
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

function fileOf(from: string, name: string): string[] {
  if (!name.startsWith('.')) return [];
  const base = resolve(dirname(from), name).replace(/\.js$/, '');
  return ['.ts', '.tsx']
    .map((end) => base + end)
    .filter(existsSync)
    .map((path) => relative(SRC, path));
}
