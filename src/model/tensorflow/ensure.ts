import { hasBinding, ownPackage } from './paths.js';
import { provisionTensorflow, type ProvisionOptions } from './provision.js';
import { verifyTensorflow } from './verify.js';

export interface Ensured {
  /** The folder of the package @tensorflow/tfjs-node that computes. */
  readonly packageFolder: string;
  readonly isNew: boolean;
}

/**
 * Sees to it that `loadTensorflow` will work: nothing to do where the package's own installer succeeded, else
 * the copy in the user's cache, built if need be. Whichever it is was tested by a computation, not by the
 * look of its files.
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
    () => (signal?.throwIfAborted(), false), // `loadTensorflow` will fall back on the cache in the same way.
  );
}
