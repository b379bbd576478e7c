import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeTemporaryFolder, moveIntoPlace } from '../../files/temporary-folder.js';
import { nodePrefixOf } from './headers.js';
import { packageIn, tensorflowFolder, type Environment } from './paths.js';
import { checkSpace, checkTools, wheelPlatform } from './prerequisites.js';
import { followRecipe } from './recipe.js';
import { verifyTensorflow } from './verify.js';

export interface ProvisionOptions {
  /** Receives one line for people at the start of each step. */
  readonly onProgress?: (message: string) => void;
  readonly env?: Environment;
  /**
   * Folder in which Node is installed, for its C headers; by default the folder above this process's
   * `bin/node`.
   */
  readonly nodePrefix?: string;
  /** Aborting ends the current step, removes partial results and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Provisioned {
  /** The cache folder that holds node_modules. */
  readonly folder: string;
  /** The folder of the package @tensorflow/tfjs-node in it. */
  readonly packageFolder: string;
  /** False if it already existed. */
  readonly isNew: boolean;
}

/**
 * Builds TensorFlow's addon into the user's cache, unless a working one exists. The build happens in a folder
 * next to the final one, on the same disk, which is renamed at the very end: so the final folder is always
 * complete, a failure leaves nothing behind, and of two simultaneous processes the slower one discards its
 * copy.
 *
 * Throws SmearwatchError `tensorflow-unavailable` that names the step, the command's last lines and the fix.
 */
export async function provisionTensorflow(options: ProvisionOptions = {}): Promise<Provisioned> {
  const { onProgress = () => undefined, env = process.env, nodePrefix = nodePrefixOf(), signal } = options;
  const folder = tensorflowFolder(env);
  if (await works(folder, { env, signal })) return provisioned(folder, false);
  const platform = wheelPlatform();
  await checkTools(env);
  // Up to 1.5 GB: the remains of a killed process are removed before the space is checked.
  const partial = await makeTemporaryFolder(dirname(folder));
  try {
    await checkSpace(dirname(folder));
    onProgress(`Providing TensorFlow in ${folder}`);
    await followRecipe({ folder: partial, wheelPlatform: platform, nodePrefix, env, signal, onProgress });
    const isNew = await publish(partial, folder, { env, signal });
    return provisioned(folder, isNew);
  } finally {
    await rm(partial, { recursive: true, force: true, maxRetries: 3 });
  }
}

function provisioned(folder: string, isNew: boolean): Provisioned {
  return { folder, packageFolder: packageIn(folder), isNew };
}

type ChildOptions = Required<Pick<ProvisionOptions, 'env'>> & Pick<ProvisionOptions, 'signal'>;

async function works(folder: string, options: ChildOptions): Promise<boolean> {
  // Missing or unreadable: build it.
  if ((await stat(folder).catch(() => undefined)) === undefined) return false;
  return verifyTensorflow(packageIn(folder), options).then(
    () => true,
    // Half written in a power cut, or built for another machine: replace it.
    () => (options.signal?.throwIfAborted(), false),
  );
}

/** Renames `partial` to `folder`. False if another process was faster and its copy works. */
async function publish(partial: string, folder: string, options: ChildOptions): Promise<boolean> {
  if (await moveIntoPlace(partial, folder)) return true;
  if (await works(folder, options)) return false;
  const broken = await makeTemporaryFolder(dirname(folder));
  await rename(folder, broken);
  await rm(broken, { recursive: true, force: true, maxRetries: 3 });
  return moveIntoPlace(partial, folder);
}
