import { createHash, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf, SmearwatchError } from '../errors.js';

const LONGEST_FILE_BYTES = 4096;
/** 16 characters of hexadecimal are 64 bits, which nobody guesses at 120 tries a minute. */
const SHORTEST_TOKEN = 16;
/** RFC 6750, 2.1: what may stand in an Authorization header. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const READABLE_BY_OTHERS = 0o004;

/**
 * The token that changes by HTTP must carry. Only its SHA-256 is kept: it can be in no log, error or memory dump of an
 * object, and comparing digests takes the same time whatever the two have in common, their lengths included.
 */
export class ApiToken {
  #digest: Buffer | undefined;

  get isConfigured(): boolean {
    return this.#digest !== undefined;
  }

  /**
   * Reads the token file anew; without a file, no token is right.
   * @throws SmearwatchError `token-unusable`; the token of before stays then
   */
  async use(file: string | undefined): Promise<void> {
    this.#digest = file === undefined ? undefined : digestOf(await readToken(file));
  }

  matches(token: string): boolean {
    return this.#digest !== undefined && timingSafeEqual(this.#digest, digestOf(token));
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

async function readToken(file: string): Promise<string> {
  const text = await readPrivate(file);
  const token = text.trim();
  // Never the token itself, also not a wrong one, in an error.
  if (token.length < SHORTEST_TOKEN)
    throw unusable(file, `it is shorter than ${SHORTEST_TOKEN} characters`, MAKE_ONE);
  if (!TOKEN.test(token)) throw unusable(file, 'it is not one line of A-Z, a-z, 0-9 and -._~+/', MAKE_ONE);
  return token;
}

const MAKE_ONE = 'Make one with: (umask 077; openssl rand -hex 32 > token)';

async function readPrivate(file: string): Promise<string> {
  try {
    // O_NONBLOCK: a FIFO must not keep the daemon from starting.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw unusable(file, 'it is no file', MAKE_ONE);
      // Windows has no such bits, and sets them all.
      if (process.platform !== 'win32' && (stats.mode & READABLE_BY_OTHERS) !== 0)
        throw unusable(file, 'every user of this computer can read it', `Run: chmod o-rwx '${file}'`);
      if (stats.size > LONGEST_FILE_BYTES)
        throw unusable(file, `it is larger than ${LONGEST_FILE_BYTES} bytes`, MAKE_ONE);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    const errno = errnoOf(error) ?? 'unknown error';
    const hint = errno === 'ENOENT' ? MAKE_ONE : `Check that the daemon's user may read it.`;
    throw unusable(file, `it cannot be read (${errno})`, hint, error);
  }
}

function unusable(file: string, why: string, hint: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError(`The token in ${file} (http.tokenFile) cannot be used: ${why}`, {
    code: 'token-unusable',
    kind: 'configuration',
    hint,
    cause,
  });
}
