import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where Smearwatch keeps what it can make again: unpacked models, TensorFlow. `SMEARWATCH_CACHE`, else
 * `XDG_CACHE_HOME`, else `~/.cache`, and `smearwatch` below it. The user's and not the project's
 * `node_modules`: `npm ci` wipes the latter, and an installation for all users is owned by root. A relative
 * path is ignored, as the XDG specification asks.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = [env['SMEARWATCH_CACHE'], env['XDG_CACHE_HOME']].find((path) => path && isAbsolute(path));
  return join(named ?? join(env['HOME'] ?? homedir(), '.cache'), 'smearwatch');
}
