import { join } from 'node:path';
import { loadConfig } from '../../config/load.js';
import { locateConfig } from '../../config/locate.js';
import { HTTP_ADDRESS_FILE, readHttpAddress, type HttpAddress } from '../../daemon/http-address.js';
import { SmearwatchError } from '../../errors.js';
import { usageError } from '../options.js';

/** The address of a daemon and its state folder. */
export interface DaemonPlace {
  /**
   * Base URL of the daemon's pages, without a slash at the end. It is read again every time: with `http.port:
   * 0` a restarted daemon has another port.
   * @throws SmearwatchError `daemon-not-running` when only a running daemon could say
   */
  readonly url: () => string;
  /** The configuration, folder or URL that names the daemon, shown while it does not answer. */
  readonly name: string;
  /** Known when it is found by its configuration. */
  readonly stateFolder: string | undefined;
}

/**
 * @throws SmearwatchError `usage` for an invalid URL, `http-disabled`, and what `loadConfig` throws
 */
export function findDaemon(given: {
  readonly url: string | undefined;
  readonly config: string | undefined;
}): DaemonPlace {
  if (given.url !== undefined) {
    if (given.config !== undefined) throw usageError('--url and --config exclude each other');
    const url = checkUrl(given.url);
    return { url: () => url, name: url, stateFolder: undefined };
  }
  const { config, file } = loadConfig(locateConfig(given.config));
  const { http, stateFolder } = config;
  if (!http.enabled) throw httpDisabled(file);
  const url = (): string => {
    const address = http.port === 0 ? readHttpAddress(stateFolder) : http;
    if (!address) throw notRunning(file, stateFolder);
    return urlOf(address);
  };
  return { url, name: file, stateFolder };
}

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw usageError(`--url ${text} is no web address`, 'For instance --url http://127.0.0.1:9464');
  // Node's fetch refuses them, with a message that holds them.
  if (url.username !== '' || url.password !== '')
    throw usageError('--url cannot have a user or a password', 'The pages of the daemon need none.');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** A daemon that listens on every address of its computer is asked on the one that never leaves it. */
function urlOf({ host, port }: HttpAddress): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function notRunning(file: string, stateFolder: string): SmearwatchError {
  return new SmearwatchError('daemon-not-running', `No daemon is running with ${file}`, {
    hint: `http.port is 0, and a running daemon writes the port that it has into ${join(stateFolder, HTTP_ADDRESS_FILE)}. Start it with \`smearwatch run\`, or give --url.`,
  });
}

function httpDisabled(file: string): SmearwatchError {
  return new SmearwatchError('http-disabled', `The daemon of ${file} cannot be asked: http.enabled is false`);
}
