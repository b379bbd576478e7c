import { hasBinding, ownPackage } from './paths.js';
import { provisionTensorflow, type ProvisionOptions } from './provision.js';
import { verifyTensorflow } from './verify.js';

export interface Ensured {
  /** The folder of the working package @tensorflow/tfjs-node. */
  readonly packageFolder: string;
  readonly isNew: boolean;
}

/**
 * Ensures that `loadTensorflow` will work. If the package's own installer succeeded, there is nothing to do;
 * else it uses the copy in the user's cache, and builds it if needed. The chosen one is tested by a
 * computation, not by its file names.
 */
export async function ensureTensorflow(options: ProvisionOptions = {}): Promise<Ensured> {
  const own = ownPackage();
  if (own !== undefined && hasBinding(own) && (await computes(own, options))) {
    return { packageFolder: own, isNew: false };
  }
  return provisionTensorflow(options);
}

async function computes(
  packageFolder: string,
  { env = process.env, signal }: ProvisionOptions,
): Promise<boolean> {
  return verifyTensorflow(packageFolder, { env, signal }).then(
    () => true,
    () => (signal?.throwIfAborted(), false), // `loadTensorflow` falls back on the cache in the same way.
  );
}
