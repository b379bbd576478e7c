import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../cache-folder.js';

/**
 * Both are pinned: the addon is compiled from the first against the headers of the second, and only this pair
 * has been seen to work together.
 */
export const TFJS_VERSION = '4.22.0';
export const TENSORFLOW_VERSION = '2.21.0';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * One folder per combination that needs its own binaries. Node's version is not among them: the addon speaks
 * N-API, whose ABI is stable, so one build serves every Node.
 */
export function tensorflowFolder(env: Environment = process.env): string {
  const build = `${TFJS_VERSION}-tf${TENSORFLOW_VERSION}-${process.platform}-${process.arch}-napi`;
  return join(cacheFolder(env), 'tfjs-node', build);
}

/** Where npm puts the package below a folder. */
export function packageIn(folder: string): string {
  return join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
}

/**
 * The tfjs-node that npm put beside Smearwatch, with or without its binaries; undefined where npm left it
 * out.
 */
export function ownPackage(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'));
  } catch {
    // Not resolvable is the answer sought: an optional dependency that npm left out.
    return undefined;
  }
}

/**
 * True if the compiled addon is there. The JavaScript alone says nothing: npm keeps the package when install
 * scripts are switched off, and requiring it then takes half a second to fail.
 */
export function hasBinding(packageFolder: string): boolean {
  const lib = join(packageFolder, 'lib');
  if (!existsSync(lib)) return false;
  return readdirSync(lib).some((napi) => existsSync(join(lib, napi, 'tfjs_binding.node')));
}

export interface FindOptions {
  readonly env?: Environment;
  /** Where to look before the cache; by default the package beside Smearwatch. */
  readonly own?: string | undefined;
}

/**
 * Every tfjs-node with an addon, the project's own first: where its installer worked, that is what npm's lock
 * names.
 */
export function tensorflowCandidates({ env = process.env, own = ownPackage() }: FindOptions = {}): string[] {
  const cached = packageIn(tensorflowFolder(env));
  return [own, cached].filter((folder): folder is string => folder !== undefined && hasBinding(folder));
}

/**
 * The package folder of the tfjs-node that `loadTensorflow` would try first, or undefined. Looks at file
 * names only: fit for `doctor` and for deciding which tests to leave out, no proof that it loads.
 */
export function findTensorflow(options: FindOptions = {}): string | undefined {
  return tensorflowCandidates(options)[0];
}
