import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, runCommand, type CommandOptions } from './command.js';
import { noHeaders } from './failures.js';
import { withNodedir } from './headers.js';
import { unpackLibraries } from './libraries.js';
import { packageIn, TFJS_VERSION, type Environment } from './paths.js';
import { DOWNLOAD_MEGABYTES, INSTALLED_MEGABYTES } from './prerequisites.js';
import { step, type ProvisioningRecipe } from './step.js';
import { verifyTensorflow } from './verify.js';

/**
 * Makes a working tfjs-node inside `folder`: npm's JavaScript, TensorFlow's libraries from Python's wheel,
 * and the addon compiled against them. The package's own installer does the same, but downloads the libraries
 * and the addon from storage.googleapis.com, which many hospital networks block, while they allow their
 * mirrors of npm and PyPI.
 */
export async function followRecipe(recipe: ProvisioningRecipe): Promise<void> {
  const { folder, onProgress, signal } = recipe;
  const tools = join(folder, 'tools');
  await mkdir(tools);
  const env = await buildEnvironment(recipe.env, tools);
  const options = { env, signal, cwd: folder };
  await writeFile(join(folder, 'package.json'), MANIFEST);
  const configured = await checkHeaders(recipe.nodePrefix, options);
  onProgress(`Downloading about ${DOWNLOAD_MEGABYTES} MB; ${INSTALLED_MEGABYTES} MB on disk when installed.`);
  await installJavaScript(recipe, options);
  await unpackLibraries(recipe, { ...options, env: { ...env, TMPDIR: tools } });
  await compileAddon(recipe, { ...options, env: configured });
  await rm(tools, { recursive: true });
  await step(recipe, 'testing it with a small computation', VERIFY_HINT, () =>
    verifyTensorflow(packageIn(folder), { env, signal }),
  );
}

const MANIFEST = JSON.stringify({
  private: true,
  description: 'Built by Smearwatch; safe to delete, it is built again when needed.',
  dependencies: { '@tensorflow/tfjs-node': TFJS_VERSION },
  scripts: { headers: 'node-gyp install' },
});

const NPM_HINT = 'Check that "npm ping" reaches your registry, then run it again.';
const BUILD_HINT = 'The compiler may be too old for the headers of this Node; g++ 12 is known to work.';
const VERIFY_HINT = 'The build succeeded but its result does not run: TensorFlow needs a processor with AVX.';

/**
 * The environment of the build. The node of this process is first on the PATH, alone in a folder, because
 * npm's launcher would otherwise use any `node` that it finds. The variables that an outer `npm run` sets
 * about its own project are removed, so that the inner npm does not use that project as its own; npm's
 * settings (registry, proxy, certificates) stay. npm does not look for a newer version of itself.
 */
async function buildEnvironment(env: Environment, tools: string): Promise<Environment> {
  await symlink(process.execPath, join(tools, 'node'));
  const foreign =
    /^(npm_(package|lifecycle|config_(local_prefix|workspaces?|omit|global|prefix)$)|INIT_CWD$)/;
  const kept = Object.entries(env).filter(([name]) => !foreign.test(name));
  const path = `${tools}:${env['PATH'] ?? ''}`;
  return { ...Object.fromEntries(kept), PATH: path, npm_config_update_notifier: 'false' };
}

/** Finds the headers before the long downloads, since this step fails on a network without nodejs.org. */
async function checkHeaders(
  nodePrefix: string,
  options: CommandOptions & { readonly env: Environment },
): Promise<Environment> {
  const configured = await withNodedir(nodePrefix, options);
  if (configured !== undefined) return configured;
  try {
    await runCommand('npm', ['run', 'headers'], options);
    return options.env;
  } catch (error) {
    throw error instanceof CommandError ? noHeaders(error) : error;
  }
}

async function installJavaScript(recipe: ProvisioningRecipe, options: CommandOptions): Promise<void> {
  const flags = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--omit=dev',
    '--loglevel=error',
  ];
  await step(recipe, `installing @tensorflow/tfjs-node ${TFJS_VERSION} with npm`, NPM_HINT, () =>
    runCommand('npm', ['install', ...flags, '--prefix', recipe.folder], options),
  );
}

async function compileAddon(recipe: ProvisioningRecipe, options: CommandOptions): Promise<void> {
  const cwd = packageIn(recipe.folder);
  await step(recipe, "compiling tfjs-node's addon", BUILD_HINT, () =>
    runCommand('npm', ['run', 'build-addon-from-source'], { ...options, cwd }),
  );
  // The object files contain the temporary folder's paths and are useless after the rename.
  await rm(join(cwd, 'build'), { recursive: true, force: true });
}
