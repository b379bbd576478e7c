import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../src/model/tensorflow/paths.js';

/** A machine with an empty cache and only those commands on its PATH that a test provides. */
export interface FakeMachine {
  readonly cache: string;
  readonly bin: string;
  readonly env: Environment;
  remove(): Promise<void>;
}

/**
 * Makes commands from shell scripts by name; they can use the shell's built-in commands and absolute paths,
 * as nothing else is on PATH.
 */
export async function fakeMachine(commands: Readonly<Record<string, string>>): Promise<FakeMachine> {
  const root = await mkdtemp(join(tmpdir(), 'smearwatch-tensorflow-'));
  const bin = join(root, 'bin');
  const cache = join(root, 'cache');
  await mkdir(bin);
  for (const [name, script] of Object.entries(commands)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return {
    cache,
    bin,
    env: { PATH: bin, HOME: root, SMEARWATCH_CACHE: cache },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A fake npm: it makes `tfjs-node` in the folder after `--prefix`, with the files that a build would add. */
const FAKE_NPM = `
case "$1" in
  config) echo /usr; exit 0 ;;
  install) while [ "$1" != --prefix ]; do shift; done
    /bin/mkdir -p "$2/node_modules/@tensorflow/tfjs-node" ;;
  run) /bin/mkdir -p lib/napi-v8 build && : > lib/napi-v8/tfjs_binding.node
    echo 'exports.getBackend = () => "tensorflow";
      exports.matMul = () => ({ sum() {} });
      exports.tensor2d = () => undefined;
      exports.grad = () => () => ({ arraySync: () => [[2, 4, 6]] });' > index.js ;;
esac`;

/** A fake Python: pip makes a file named like a wheel; unpacking makes the folder for the libraries. */
const FAKE_PYTHON = `
if [ "$1" = -c ]; then /bin/mkdir -p "$4/lib"; exit 0; fi
if [ "$3" = download ]; then
  while [ "$1" != --dest ]; do shift; done
  /bin/mkdir -p "$2" && : > "$2/tensorflow_cpu.whl"
fi`;

/** Every tool, each of which succeeds at once. */
export const WORKING_TOOLS = { npm: FAKE_NPM, python3: FAKE_PYTHON, make: '', 'g++': '' } as const;
