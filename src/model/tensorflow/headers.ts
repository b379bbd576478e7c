import { realpathSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand, type CommandOptions } from './command.js';
import type { Environment } from './paths.js';

/**
 * The environment in which node-gyp finds Node's C headers on this machine, or undefined if it would have to
 * download them from nodejs.org. The user's configuration has priority over the headers of this Node.
 */
export async function withNodedir(
  nodePrefix: string,
  options: CommandOptions & { readonly env: Environment },
): Promise<Environment | undefined> {
  const folder = (await configuredNodedir(options)) ?? (await withHeaders(nodePrefix));
  return folder === undefined ? undefined : { ...options.env, npm_config_nodedir: folder };
}

/** npm's setting `nodedir`, from the environment or an `.npmrc`. */
async function configuredNodedir(options: CommandOptions): Promise<string | undefined> {
  const answer = (await runCommand('npm', ['config', 'get', 'nodedir', '--loglevel=error'], options)).trim();
  return answer === '' || answer === 'undefined' || answer === 'null' ? undefined : answer;
}

async function withHeaders(prefix: string): Promise<string | undefined> {
  return access(join(prefix, 'include', 'node', 'node_api.h')).then(
    () => prefix,
    () => undefined, // This Node came without headers, which is a valid answer.
  );
}

/** The folder above `bin/node`: `/usr`, or that of nvm's version; symbolic links are resolved. */
export function nodePrefixOf(execPath: string = process.execPath): string {
  return dirname(dirname(realpathSync(execPath)));
}
