import type * as tfjs from '@tensorflow/tfjs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { doesNotLoad, notInstalled } from './failures.js';
import { tensorflowCandidates, type FindOptions } from './paths.js';

/**
 * tfjs as tfjs-node exports it: the same functions on TensorFlow's kernels, and files as a place to save
 * models.
 */
export type Tensorflow = typeof tfjs & {
  readonly io: { fileSystem(path: string | string[]): tfjs.io.IOHandler };
};

/**
 * Loads TensorFlow: the installed tfjs-node if it has its addon, else the one in the user's cache. Code that
 * computes must use the returned object: an `import` of @tensorflow/tfjs would be another copy, without a
 * backend.
 *
 * It works in worker threads, each of which gets its own instance of the JavaScript over one shared library.
 * Throws SmearwatchError `tensorflow-unavailable`.
 */
export async function loadTensorflow(options: FindOptions = {}): Promise<Tensorflow> {
  let failure = notInstalled();
  for (const folder of tensorflowCandidates(options)) {
    try {
      return await loadFrom(folder);
    } catch (error) {
      failure = doesNotLoad(folder, error);
    }
  }
  throw failure;
}

async function loadFrom(folder: string): Promise<Tensorflow> {
  // Set before the library is loaded, which reads it once. In a worker thread `process.env` is a copy that
  // C++ does not see: there, the environment that the process was started with counts.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  restoreOldUtil();
  const tf = createRequire(join(folder, 'package.json'))(folder) as Tensorflow;
  await tf.ready();
  return tf;
}

/**
 * Restores two functions that tfjs-node 4.22 calls: Node 23 removed them from `util`, and Node 22 warns at
 * their first call.
 */
function restoreOldUtil(): void {
  if (Number.parseInt(process.versions.node, 10) < 22) return;
  Object.assign(util, {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: (value: unknown): boolean => Array.isArray(value),
  });
}
