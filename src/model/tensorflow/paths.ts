import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../cache-folder.js';

/**
 * Pinned version of tfjs-node, whose addon is compiled against the headers of the pinned TensorFlow; only
 * this pair has been tested together.
 */
export const TFJS_VERSION = '4.22.0';
export const TENSORFLOW_VERSION = '2.21.0';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The cache folder for this combination of platform and versions. Node's version is not part of it: the addon
 * uses N-API, whose ABI is stable, so one build serves every Node.
 */
export function tensorflowFolder(env: Environment = process.env): string {
  const build = `${TFJS_VERSION}-tf${TENSORFLOW_VERSION}-${process.platform}-${process.arch}-napi`;
  return join(cacheFolder(env), 'tfjs-node', build);
}

/** Path of the package that npm installs below a folder. */
export function packageIn(folder: string): string {
  return join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
}

/**
 * Path of the tfjs-node that npm installed with Smearwatch, with or without its binaries; undefined if npm
 * left it out.
 */
export function ownPackage(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'));
  } catch {
    // Not resolvable, because npm left out the optional dependency.
    return undefined;
  }
}

/**
 * Whether the compiled addon exists. The JavaScript proves nothing: npm keeps the package when install
 * scripts are switched off, and requiring it then takes half a second to fail.
 */
export function hasBinding(packageFolder: string): boolean {
  const lib = join(packageFolder, 'lib');
  if (!existsSync(lib)) return false;
  return readdirSync(lib).some((napi) => existsSync(join(lib, napi, 'tfjs_binding.node')));
}

export interface FindOptions {
  readonly env?: Environment;
  /** Package to try before the cache; by default the one installed with Smearwatch. */
  readonly own?: string | undefined;
}

/**
 * Every tfjs-node with an addon, the project's own first: if its installer worked, that is the version in
 * npm's lock file.
 */
export function tensorflowCandidates({ env = process.env, own = ownPackage() }: FindOptions = {}): string[] {
  const cached = packageIn(tensorflowFolder(env));
  return [own, cached].filter((folder): folder is string => folder !== undefined && hasBinding(folder));
}

/**
 * The package folder of the tfjs-node that `loadTensorflow` would try first, or undefined. It checks file
 * names only: enough for `doctor` and for skipping tests, but no proof that the package loads.
 */
export function findTensorflow(options: FindOptions = {}): string | undefined {
  return tensorflowCandidates(options)[0];
}
