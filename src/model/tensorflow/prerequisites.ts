import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from './command.js';
import { missingTools, tooLittleSpace, unsupportedPlatform, type Missing } from './failures.js';
import type { Environment } from './paths.js';

/**
 * Size of the downloads, measured with tfjs-node 4.22.0 and tensorflow-cpu 2.21.0: npm's packages 78 MB and
 * the wheel 274 MB.
 */
export const DOWNLOAD_MEGABYTES = 350;
/** Size on disk: npm's packages 316 MB, the two libraries 853 MB. */
export const INSTALLED_MEGABYTES = 1170;
/** Disk space during the build, when the wheel and the files extracted from it exist together. */
const PEAK_MEGABYTES = 1500;

/**
 * The `--platform` tags of pip under which tensorflow-cpu publishes its wheel; both require this glibc or
 * newer.
 */
const WHEEL_PLATFORMS: Readonly<Partial<Record<string, string>>> = {
  x64: 'manylinux_2_27_x86_64',
  arm64: 'manylinux_2_27_aarch64',
};

/** The tag of the wheel for this machine; throws if there is no such wheel, before anything is downloaded. */
export function wheelPlatform(platform: string = process.platform, arch: string = process.arch): string {
  const tag = platform === 'linux' ? WHEEL_PLATFORMS[arch] : undefined;
  if (tag === undefined) throw unsupportedPlatform(`${platform} ${arch}`);
  if (!hasGlibc()) throw unsupportedPlatform(`${platform} ${arch} without glibc`);
  return tag;
}

/**
 * Whether the C library is glibc, the only one whose version Node reports: Alpine's musl cannot load the
 * wheel's libraries.
 */
function hasGlibc(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime !== undefined;
}

const TOOLS: readonly Missing[] = [
  { name: 'npm', debian: 'npm' },
  { name: 'python3', debian: 'python3' },
  { name: 'make', debian: 'make' },
];

/** Reports all missing tools at once, so that one visit to the package manager is enough. */
export async function checkTools(env: Environment): Promise<void> {
  const compiler = env['CXX']?.split(' ')[0] ?? 'g++';
  const wanted = [...TOOLS, { name: compiler, debian: 'g++' }];
  const found = await Promise.all(wanted.map(({ name }) => isOnPath(name, env)));
  const missing = wanted.filter((_, index) => found[index] !== true);
  const hasPython = !missing.some(({ name }) => name === 'python3');
  if (!hasPython || !(await hasPip(env)))
    missing.push({ name: "pip (Python's package installer)", debian: 'python3-pip' });
  if (missing.length > 0) throw missingTools(missing);
}

async function isOnPath(name: string, env: Environment): Promise<boolean> {
  const folders = name.includes('/') ? [''] : (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const tries = folders.map((folder) => access(join(folder, name), constants.X_OK));
  return (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled');
}

async function hasPip(env: Environment): Promise<boolean> {
  return runCommand('python3', ['-m', 'pip', '--version'], { env }).then(
    () => true,
    () => false, // No pip, or a Python too broken to run it: installing pip fixes both.
  );
}

/**
 * Rejects a build for which the disk has too little space: filling the disk of a machine that ingests images
 * would do more harm.
 */
export async function checkSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeMegabytes = Math.floor((bavail * bsize) / 1e6);
  if (freeMegabytes < PEAK_MEGABYTES) throw tooLittleSpace(folder, freeMegabytes, PEAK_MEGABYTES);
}
