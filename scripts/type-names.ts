/**
 * A type's name is used once in the project: lists interfaces, types, classes and enums of src/ whose name is
 * declared in more than one file, and fails when there is one. `npm run architecture` runs it.
 *
 * npx tsx scripts/type-names.ts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../src/', import.meta.url));
const filesByName = new Map<string, Set<string>>();
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.[cm]?ts$/.test(file),
);
for (const file of sources)
  for (const name of typeNamesIn(readFileSync(`${root}${file}`, 'utf8')))
    filesByName.set(name, (filesByName.get(name) ?? new Set()).add(`src/${file}`));

const repeated = [...filesByName].filter(([, files]) => files.size > 1);
for (const [name, files] of repeated) console.error(`${name} is declared in ${[...files].sort().join(', ')}`);
console.log(`${filesByName.size} names of types, ${repeated.length} declared more than once`);
process.exitCode = repeated.length > 0 ? 1 : 0;

function typeNamesIn(text: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isInterfaceDeclaration(node) ||
        ts.isTypeAliasDeclaration(node) ||
        ts.isClassDeclaration(node) ||
        ts.isEnumDeclaration(node)) &&
      node.name
    )
      names.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest));
  return names;
}
