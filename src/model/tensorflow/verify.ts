import { runCommand, type CommandOptions } from './command.js';

/**
 * Code for a child process, because a library that does not fit the processor ends the process with SIGILL,
 * and because a package that has been loaded cannot be loaded again after it was replaced. The gradient makes
 * TensorFlow run its own kernels; the rest of tfjs-node is JavaScript.
 */
const PROBE = `
const util = require('node:util');
util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;
const tf = require(process.argv[1]);
const gradient = tf.grad((x) => tf.matMul(x, x, false, true).sum())(tf.tensor2d([[1, 2, 3]]));
const found = JSON.stringify(gradient.arraySync());
if (found !== '[[2,4,6]]') throw new Error('wrong gradient: ' + found);
if (tf.getBackend() !== 'tensorflow') throw new Error('wrong backend: ' + tf.getBackend());
`;

/** Throws CommandError with the child's output if the tfjs-node in `packageFolder` does not compute. */
export async function verifyTensorflow(packageFolder: string, options: CommandOptions = {}): Promise<void> {
  await runCommand(process.execPath, ['-e', PROBE, packageFolder], options);
}
