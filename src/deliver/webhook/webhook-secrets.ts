import { Webhook } from 'standardwebhooks';
import { readSecretFile, unusableSecret, type SecretKind } from '../../files/secret-file.js';

/**
 * Standard Webhooks: 192 to 512 bits, base64, with this before it where somebody could take it for another
 * secret.
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

/** Signs what webhooks send. The secrets are in private fields only, where no log and no error finds them. */
export class WebhookSecrets {
  #signers: ReadonlyMap<string, Webhook> = new Map();

  /**
   * Reads these files anew: from now on, their new secrets sign. Those of other files stay, for sinks that
   * are still in use.
   * @throws SmearwatchError `webhook-secret-unusable`; the secrets of before stay then
   */
  async read(files: readonly string[]): Promise<void> {
    const entries = files.map(async (file) => [file, await readSigner(file)] as const);
    this.#signers = new Map([...this.#signers, ...(await Promise.all(entries))]);
  }

  /** Forgets the secrets of all other files. */
  keepOnly(files: readonly string[]): void {
    this.#signers = new Map([...this.#signers].filter(([file]) => files.includes(file)));
  }

  /** The value of `webhook-signature`. */
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
