import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesOf, floorsOf, graphOf } from '../../scripts/folder-graph/graph.js';
import { importsBelow } from '../../scripts/folder-graph/imports.js';
import { temporaryFolder } from '../fixtures/folders.js';

/** A folder of sources, each with the specifiers that it imports. */
function sources(files: Readonly<Record<string, readonly string[]>>): string {
  const root = temporaryFolder();
  for (const [file, specifiers] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), specifiers.map((name) => `import '${name}';\n`).join(''));
  }
  return root;
}

const graph = (folder: string, files: Readonly<Record<string, readonly string[]>>) =>
  graphOf(folder, importsBelow(sources(files), new Map()));

describe('the imports of a file', () => {
  it('are those of values, of types and dynamic ones, between sources only', () => {
    const root = sources({ 'a/one.ts': ['node:fs', 'zod'], 'b.ts': [], 'c.ts': [], 'd.cts': [] });
    writeFileSync(
      join(root, 'a/one.ts'),
      [
        `import type { B } from '../b.js';`,
        `export { c } from '../c.js';`,
        `void import('../d.cjs');`,
        `import '../not-there.js';`,
      ].join('\n'),
    );
    expect(importsBelow(root, new Map()).map(({ to }) => to)).toEqual(['b.ts', 'c.ts', 'd.cts']);
  });

  it('count for the folder that a file stands for', () => {
    const root = sources({ 'cli.ts': ['./cli/program.js'], 'cli/program.ts': [] });
    const imports = importsBelow(root, new Map([['cli.ts', 'cli/cli.ts']]));
    expect([...graphOf('', imports)]).toEqual([['cli', new Set()]]);
  });
});

describe('floors', () => {
  it('are the longest chain of imports down from a folder', () => {
    const house = graph('', {
      'roof/a.ts': ['../middle/b.js', '../ground.js'],
      'middle/b.ts': ['../ground.js'],
      'ground.ts': [],
    });
    expect(Object.fromEntries(floorsOf(house))).toEqual({ 'ground.ts': 1, middle: 2, roof: 3 });
  });

  it('do not exist where folders import each other', () => {
    const knot = graph('', {
      'a/one.ts': ['../b/two.js'],
      'b/two.ts': [],
      'b/three.ts': ['../a/four.js'],
      'a/four.ts': [],
    });
    expect(() => floorsOf(knot)).toThrow(RangeError);
  });
});

describe('a circle', () => {
  it('of folders is found though no file imports itself', () => {
    const knot = graph('', {
      'a/one.ts': ['../b/two.js'],
      'b/two.ts': [],
      'b/three.ts': ['../a/four.js'],
      'a/four.ts': [],
    });
    expect(circlesOf(knot)).toEqual([['a', 'b']]);
  });

  it('is found inside a folder, between its sub-folders', () => {
    const files = {
      'model/engines/one.ts': ['../tensorflow/two.js'],
      'model/tensorflow/two.ts': ['../engines/three.js'],
      'model/engines/three.ts': [],
    };
    expect(circlesOf(graph('', files))).toEqual([]);
    expect(circlesOf(graph('model/', files))).toEqual([['engines', 'tensorflow']]);
  });

  it('is not found if all arrows point down', () => {
    expect(circlesOf(graph('', { 'a/one.ts': ['../b/two.js'], 'b/two.ts': [] }))).toEqual([]);
  });
});
