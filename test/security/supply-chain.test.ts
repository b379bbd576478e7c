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

  it('has only install scripts that somebody has decided about', () => {
    const names = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect([...new Set(names)].filter((name) => !(name in allowScripts)).sort()).toEqual([]);
    expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(['@tensorflow/tfjs-node']);
  });
});
