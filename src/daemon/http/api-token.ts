import { createHash, timingSafeEqual } from 'node:crypto';
import { readSecretFile, unusableSecret, type SecretKind } from '../../files/secret-file.js';

/** 16 hexadecimal characters are 64 bits, which cannot be guessed at 120 tries a minute. */
const SHORTEST_TOKEN = 16;
/** Characters that RFC 6750, 2.1, allows in an Authorization header. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const KIND: SecretKind = {
  what: 'The token',
  option: 'http.tokenFile',
  code: 'token-unusable',
  howToMake: 'Make one with: (umask 077; openssl rand -hex 32 > token)',
};

/**
 * The token that requests must carry to change something by HTTP. Only its SHA-256 is kept, so the token
 * cannot appear in a log, an error or an object's memory dump. Comparing digests takes the same time for
 * every token, also for one of another length.
 */
export class ApiToken {
  #digest: Buffer | undefined;

  get isConfigured(): boolean {
    return this.#digest !== undefined;
  }

  /**
   * Reads the token file again; without a file, every token is refused.
   * @throws SmearwatchError `token-unusable`; the previous token stays valid then
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
