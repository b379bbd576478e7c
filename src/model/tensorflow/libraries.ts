import { readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, type CommandOptions } from './command.js';
import { packageIn, TENSORFLOW_VERSION } from './paths.js';
import { step, type ProvisioningRecipe } from './step.js';

const PIP_HINT = `Check that "python3 -m pip download --no-deps tensorflow-cpu==${TENSORFLOW_VERSION}" finds the wheel on your index, then run it again.`;

/**
 * Extracts TensorFlow's libraries and C headers from Python's wheel into the package's `deps/`, and deletes
 * the wheel.
 */
export async function unpackLibraries(recipe: ProvisioningRecipe, options: CommandOptions): Promise<void> {
  const wheels = join(recipe.folder, 'tools', 'wheel');
  await step(recipe, `downloading tensorflow-cpu ${TENSORFLOW_VERSION} with pip`, PIP_HINT, () =>
    runCommand('python3', ['-m', 'pip', ...downloadArguments(recipe.wheelPlatform, wheels)], options),
  );
  await step(recipe, "unpacking TensorFlow's libraries", PIP_HINT, async () => {
    const wheel = (await readdir(wheels)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip left no wheel in ${wheels}.`);
    const deps = join(packageIn(recipe.folder), 'deps');
    await runCommand('python3', ['-c', UNPACK, join(wheels, wheel), deps], options);
    await rm(wheels, { recursive: true });
    await linkLibraries(join(deps, 'lib'));
  });
}

/**
 * Arguments that select one wheel, with any Python: no Python runs anything in it, so its version is only
 * part of the file's name. pip's cache would keep a second copy of 274 MB.
 */
function downloadArguments(platform: string, folder: string): string[] {
  const tags = [
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--abi',
    'cp311',
    '--platform',
    platform,
  ];
  const flags = [
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--no-input',
  ];
  const quiet = ['--progress-bar', 'off'];
  return ['download', ...flags, ...quiet, ...tags, '--dest', folder, `tensorflow-cpu==${TENSORFLOW_VERSION}`];
}

/**
 * Extracts, from 1.3 GB in 15600 files, the two libraries and the headers that the addon includes. It uses
 * `zipfile` because a machine with pip has it, while `unzip` is often missing.
 */
const UNPACK = `
import os, shutil, sys, zipfile
wheel, deps = sys.argv[1:]
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
root = 'tensorflow/include/'
headers = tuple(root + part for part in ('tensorflow/c/', 'tensorflow/core/platform/', 'tsl/platform/', 'xla/tsl/c/'))
with zipfile.ZipFile(wheel) as archive:
    missing = set(libraries) - set(archive.namelist())
    if missing:
        sys.exit('The wheel lacks ' + ', '.join(sorted(missing)))
    for name in archive.namelist():
        if name in libraries:
            target = os.path.join(deps, 'lib', os.path.basename(name))
        elif name.startswith(headers) and name.endswith('.h'):
            target = os.path.join(deps, 'include', name[len(root):])
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as source, open(target, 'wb') as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
`;

/**
 * Links the library under the name \`tensorflow\`, which the addon is linked against as in the C library's
 * own archive; the wheel's library has the C API too.
 */
async function linkLibraries(lib: string): Promise<void> {
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so.2'));
  await symlink('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
}
