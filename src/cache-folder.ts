import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Returns the folder of files that Smearwatch can make again: unpacked models and TensorFlow. It is
 * `SMEARWATCH_CACHE`, or `smearwatch` in `XDG_CACHE_HOME` or in `~/.cache`. The project's `node_modules`
 * cannot be used: `npm ci` empties it, and root owns an installation for all users. A relative path is
 * ignored, as the XDG specification requires.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = [env['SMEARWATCH_CACHE'], env['XDG_CACHE_HOME']].find((path) => path && isAbsolute(path));
  return join(named ?? join(env['HOME'] ?? homedir(), '.cache'), 'smearwatch');
}
