/**
 * Prints which folders of src/ import which, on how many floors they stand, and every circle. Fails when
 * there is a circle, or when the longest chain of imports has more than 11 floors. `npm run architecture`
 * runs it.
 *
 * A folder is a direct child of src/. A file directly in src/ counts as a folder of its own, except
 * cli.ts and smearwatch.cts, which belong to cli/, and errors.ts, which belongs to errors/. Circles are also
 * looked for inside each folder, between its sub-folders and files.
 *
 * npx tsx scripts/folder-graph.ts [--quiet]
 */
import { fileURLToPath } from 'node:url';
import { importsBelow } from './folder-graph/imports.js';
import { circlesOf, floorsOf, graphOf, isCircular, type Graph } from './folder-graph/graph.js';

const MAX_FLOORS = 11;

/** Files of src/ that belong to a folder. */
const ENTRY_POINTS = new Map([
  ['cli.ts', 'cli/cli.ts'],
  ['smearwatch.cts', 'cli/smearwatch.cts'],
  ['errors.ts', 'errors/errors.ts'],
]);

const root = fileURLToPath(new URL('../src/', import.meta.url));
const imports = importsBelow(root, ENTRY_POINTS);
const graph = graphOf('', imports);
const circles = foldersOf(imports).flatMap((folder) =>
  circlesOf(graphOf(folder, imports)).map((circle) => circle.map((name) => `src/${folder}${name}`)),
);
const floors = isCircular(graph) ? undefined : floorsOf(graph);
const height = floors && Math.max(...floors.values());

if (!process.argv.includes('--quiet')) printGraph(graph, floors);
for (const circle of circles) console.error(`circle: ${circle.join(', ')}`);
if (height !== undefined && height > MAX_FLOORS)
  console.error(`${height} floors, at most ${MAX_FLOORS} are allowed`);
const arrows = [...graph.values()].reduce((sum, { size }) => sum + size, 0);
console.log(
  `${graph.size} folders, ${arrows} arrows, ${circles.length} circles, ${height ?? 'unknown'} floors`,
);
process.exitCode = circles.length > 0 || height === undefined || height > MAX_FLOORS ? 1 : 0;

/** Every folder that holds a file, with its slash, and `''` for src/ itself. */
function foldersOf(all: ReturnType<typeof importsBelow>): string[] {
  const folders = new Set(['']);
  for (const { from } of all) {
    for (let at = from.indexOf('/'); at >= 0; at = from.indexOf('/', at + 1))
      folders.add(from.slice(0, at + 1));
  }
  return [...folders].sort();
}

function printGraph(all: Graph, heights: ReadonlyMap<string, number> | undefined): void {
  const floorOf = (name: string): number => heights?.get(name) ?? 0;
  const names = [...all.keys()].sort((a, b) => floorOf(b) - floorOf(a) || a.localeCompare(b));
  for (const name of names) {
    const targets = [...(all.get(name) ?? [])].sort();
    console.log(`${String(floorOf(name)).padStart(2)}  ${name} → ${targets.join(', ') || 'nothing'}`);
  }
}
