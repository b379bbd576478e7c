import { createHash, timingSafeEqual } from 'node:crypto';
import { readSecretFile, unusableSecret, type SecretKind } from '../../files/secret-file.js';

/** 16 characters of hexadecimal are 64 bits, which nobody guesses at 120 tries a minute. */
const SHORTEST_TOKEN = 16;
/** RFC 6750, 2.1: what may stand in an Authorization header. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const KIND: SecretKind = {
  what: 'The token',
  option: 'http.tokenFile',
  code: 'token-unusable',
  howToMake: 'Make one with: (umask 077; openssl rand -hex 32 > token)',
};

/**
 * The token that changes by HTTP must carry. Only its SHA-256 is kept: it can be in no log, error or memory
 * dump of an object, and comparing digests takes the same time whatever the two have in common, their lengths
 * included.
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
  const token = await readSecretFile(file, KIND);
  if (token.length < SHORTEST_TOKEN)
    throw unusableSecret(file, KIND, `it is shorter than ${SHORTEST_TOKEN} characters`);
  if (!TOKEN.test(token)) throw unusableSecret(file, KIND, 'it is not one line of A-Z, a-z, 0-9 and -._~+/');
  return token;
}
