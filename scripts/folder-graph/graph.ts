import type { ImportOfFile } from './imports.js';

/** Names with the names that they import; each name is a key. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The graph between the direct children (sub-folders and files) of `folder`, which is `''` or ends in a
 * slash.
 */
export function graphOf(folder: string, imports: readonly ImportOfFile[]): Graph {
  const graph = new Map<string, Set<string>>();
  const setOf = (name: string): Set<string> => {
    const targets = graph.get(name) ?? new Set();
    graph.set(name, targets);
    return targets;
  };
  for (const { from, to } of imports) {
    if (!from.startsWith(folder) || !to.startsWith(folder)) continue;
    const [source, target] = [childOf(folder, from), childOf(folder, to)];
    setOf(target);
    if (source !== target) setOf(source).add(target);
  }
  return graph;
}

function childOf(folder: string, file: string): string {
  const [child = file] = file.slice(folder.length).split('/');
  return child;
}

/**
 * Counts the floors below and including each name: 1 for a name that imports nothing. @throws RangeError for
 * a circle
 */
export function floorsOf(graph: Graph): Map<string, number> {
  const floors = new Map<string, number>();
  const visit = (name: string, above: readonly string[]): number => {
    if (above.includes(name)) throw new RangeError(`${name} imports itself through ${above.join(', ')}`);
    const known = floors.get(name);
    if (known !== undefined) return known;
    const below = [...(graph.get(name) ?? [])].map((target) => visit(target, [...above, name]));
    const floor = 1 + Math.max(0, ...below);
    floors.set(name, floor);
    return floor;
  };
  for (const name of graph.keys()) visit(name, []);
  return floors;
}

/** The groups of names that all reach each other, largest first. */
export function circlesOf(graph: Graph): string[][] {
  const reached = new Map([...graph.keys()].map((name) => [name, reachedFrom(name, graph)] as const));
  const circles: string[][] = [];
  const seen = new Set<string>();
  for (const name of graph.keys()) {
    if (seen.has(name) || !reached.get(name)?.has(name)) continue;
    const circle = [...graph.keys()].filter(
      (other) => reached.get(name)?.has(other) && reached.get(other)?.has(name),
    );
    for (const member of circle) seen.add(member);
    circles.push(circle.sort());
  }
  return circles.sort((a, b) => b.length - a.length);
}

export function isCircular(graph: Graph): boolean {
  return circlesOf(graph).length > 0;
}

function reachedFrom(start: string, graph: Graph): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(graph.get(start) ?? [])];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    waiting.push(...(graph.get(name) ?? []));
  }
  return reached;
}
