import { Webhook } from 'standardwebhooks';
import { readSecretFile, unusableSecret, type SecretKind } from '../../files/secret-file.js';

/**
 * Prefix that Standard Webhooks defines for a secret of 192 to 512 bits in base64, so that it is not mistaken
 * for another kind of secret.
 */
const PREFIX = 'whsec_';
const BYTES = { least: 24, most: 64 };
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const KIND: SecretKind = {
  what: 'The secret',
  option: 'sinks[].secretFile',
  code: 'webhook-secret-unusable',
  howToMake: 'Make one with: (umask 077; echo "whsec_$(openssl rand -base64 32)" > webhook.secret)',
};

/**
 * Signs the requests of webhooks. The secrets are in private fields only, which no log and no error can
 * print.
 */
export class WebhookSecrets {
  #signers: ReadonlyMap<string, Webhook> = new Map();

  /**
   * Reads these files again: from now on, their new secrets sign. Secrets of other files stay, for sinks that
   * are still in use.
   * @throws SmearwatchError `webhook-secret-unusable`; the previous secrets stay then
   */
  async read(files: readonly string[]): Promise<void> {
    const entries = files.map(async (file) => [file, await readSigner(file)] as const);
    this.#signers = new Map([...this.#signers, ...(await Promise.all(entries))]);
  }

  /** Drops the secrets of all other files. */
  keepOnly(files: readonly string[]): void {
    this.#signers = new Map([...this.#signers].filter(([file]) => files.includes(file)));
  }

  /** Computes the value of the header `webhook-signature`. */
  sign(file: string, id: string, at: Date, body: string): string {
    const signer = this.#signers.get(file);
    if (!signer) throw new Error(`the secret in ${file} was not read`);
    return signer.sign(id, at, body);
  }
}

async function readSigner(file: string): Promise<Webhook> {
  const text = await readSecretFile(file, KIND);
  const base64 = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (!BASE64.test(base64)) throw unusableSecret(file, KIND, 'it is not one line of base64');
  const { length } = Buffer.from(base64, 'base64');
  if (length < BYTES.least || length > BYTES.most)
    throw unusableSecret(file, KIND, `it has not ${BYTES.least} to ${BYTES.most} bytes`);
  return new Webhook(base64);
}
