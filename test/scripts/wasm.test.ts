import { appendFileSync, cpSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rebuild } from '../../scripts/wasm/rebuild.js';
import { problemsOf, sourcesOf } from '../../scripts/wasm/sums.js';
import { temporaryFolder } from '../fixtures/folders.js';

const native = fileURLToPath(new URL('../../native/', import.meta.url));

function copyOf(name: string): string {
  const folder = join(temporaryFolder(), name);
  cpSync(join(native, name), folder, { recursive: true });
  return folder;
}

describe.each(readdirSync(native))('native/%s', (name) => {
  it('belongs to its sources', () => {
    expect(sourcesOf(join(native, name)).length).toBeGreaterThan(1);
    expect(problemsOf(join(native, name))).toEqual([]);
  });

  it.each(sourcesOf(join(native, name)))('is found out when %s has changed', (source) => {
    const folder = copyOf(name);
    appendFileSync(join(folder, source), ' ');
    const file = join(folder, source);
    expect(problemsOf(folder)).toEqual([expect.stringContaining(`${file} has changed since ${name}.wasm`)]);
  });

  it('is found out when a source is new, or gone, and when the binary or the sums are others', () => {
    const folder = copyOf(name);
    writeFileSync(join(folder, 'new.c'), '');
    expect(problemsOf(folder)).toEqual([expect.stringContaining('new.c was not there when')]);
    renameSync(join(folder, 'new.c'), join(folder, 'new.txt'));
    expect(problemsOf(folder)).toEqual([]);
    const [last = ''] = sourcesOf(folder).slice(-1);
    rmSync(join(folder, last));
    expect(problemsOf(folder)).toEqual([expect.stringContaining(`${last} was there when`)]);
    cpSync(join(native, name, last), join(folder, last));
    appendFileSync(join(folder, `${name}.wasm`), ' ');
    expect(problemsOf(folder)).toEqual([expect.stringContaining(`${name}.wasm has changed`)]);
    rmSync(join(folder, `${name}.sha256`));
    expect(problemsOf(folder)).toEqual([expect.stringContaining(`${name}.sha256 is missing`)]);
  });
});

const unchanged = rebuild(join(native, 'front'), undefined);
describe.skipIf('skipped' in unchanged)('A kernel that is built again with its compiler', () => {
  it('has the same bytes', () => {
    expect(unchanged).toEqual({ isSame: true });
  });

  it('has other bytes when its source has changed, although the sums are right', () => {
    const folder = copyOf('front');
    appendFileSync(
      join(folder, 'front.c'),
      '\n__attribute__((export_name("more"))) int more(void) { return 1; }\n',
    );
    expect(rebuild(folder, undefined)).toEqual({ isSame: false });
  });
});

it('a kernel that needs a library is not built again without it', () => {
  expect(rebuild(join(native, 'shrink'), undefined)).toHaveProperty('skipped');
});
