import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { stampBuild, staleBuild } from '../../scripts/build-stamp.mjs';
import { compiled } from '../fixtures/compiled.js';
import { temporaryFolder } from '../fixtures/folders.js';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
  mkdirSync(join(root, 'src', 'text'), { recursive: true });
  mkdirSync(join(root, 'dist'));
  writeFileSync(join(root, 'src', 'main.ts'), 'one');
  writeFileSync(join(root, 'src', 'text', 'words.ts'), 'two');
});

describe('A build', () => {
  it('is current after it, also when the sources get new times', () => {
    stampBuild(root);
    expect(staleBuild(root)).toBeUndefined();
    utimesSync(join(root, 'src', 'main.ts'), new Date(), new Date());
    expect(staleBuild(root)).toBeUndefined();
  });

  it.each([
    ['changed', 'src/main.ts', () => writeFileSync(join(root, 'src', 'main.ts'), 'another')],
    ['added', 'src/text/new.ts', () => writeFileSync(join(root, 'src', 'text', 'new.ts'), '')],
    ['removed', 'src/text/words.ts', () => rmSync(join(root, 'src', 'text', 'words.ts'))],
  ])('is stale once a source was %s, which is named with the command to run', (_, file, change) => {
    stampBuild(root);
    change();
    expect(staleBuild(root)).toBe(
      `dist/ is older than src/ (${file} changed): run \`npm run build\`, then the tests again.`,
    );
  });

  it('that never ended is stale', () => {
    expect(staleBuild(root)).toContain('run `npm run build`');
  });

  it('is stamped by `npm run build`, only when it succeeded', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { build: string } };
    expect(scripts.build).toMatch(/^tsc .* && node scripts\/build-stamp\.mjs$/);
  });
});

describe('A test that runs dist/', () => {
  it('gets the module where the build is current', () => {
    vi.stubEnv('SMEARWATCH_STALE_BUILD', undefined);
    expect(compiled('cli.js').pathname).toMatch(/\/dist\/cli\.js$/);
  });

  it('fails with the one sentence where it is not', () => {
    vi.stubEnv('SMEARWATCH_STALE_BUILD', 'dist/ is older than src/');
    expect(() => compiled('cli.js')).toThrow('dist/ is older than src/');
  });
});
