import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface Lockfile {
  readonly packages: Readonly<
    Record<
      string,
      { version?: string; resolved?: string; integrity?: string; hasInstallScript?: boolean; link?: boolean }
    >
  >;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const { dependencies, devDependencies, optionalDependencies, overrides, allowScripts } = read(
  'package.json',
) as Package;
const locked = Object.entries((read('package-lock.json') as Lockfile).packages).filter(
  ([path]) => path !== '',
);

describe('What is installed', () => {
  it('is named by exact versions', () => {
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
  });

  it('is locked with its hash, from the registry', () => {
    const unsafe = locked.filter(
      ([path, { resolved, integrity, link }]) =>
        link === true ||
        (path.startsWith('node_modules/') &&
          !(integrity?.startsWith('sha512-') === true && (resolved ?? 'https://').startsWith('https://'))),
    );
    expect(unsafe.map(([path]) => path)).toEqual([]);
  });

  it('has only install scripts with a recorded decision', () => {
    expect(withScripts().filter((name) => !(name in allowScripts))).toEqual([]);
    expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(['@tensorflow/tfjs-node']);
  });

  // The script downloads from nuget.org what only CUDA needs, and `npm ci` fails where it cannot. npm 10 does
  // not know `allowScripts`, but runs only what the lock file says has a script. After an update, delete that
  // line again.
  it('leaves out the download of onnxruntime-node, with any version of npm', () => {
    expect(allowScripts['onnxruntime-node']).toBe(false);
    expect(withScripts()).not.toContain('onnxruntime-node');
  });

  it('is installed without settings that npm does not know', () => {
    const settings = readFileSync(new URL('../../.npmrc', import.meta.url), 'utf8').match(/^[^=\s]+/gm);
    expect(settings).toEqual(['save-exact', 'fund', 'audit']);
  });
});

/** The packages that have an install script by the lock file, each once. */
function withScripts(): string[] {
  const paths = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
  const names = paths.map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  return [...new Set(names)].sort();
}
