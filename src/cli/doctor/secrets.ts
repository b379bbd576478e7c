import type { Config, SinkConfig } from '../../config/schema.js';
import { ApiToken } from '../../daemon/http/api-token.js';
import { WebhookSecrets } from '../../deliver/webhook/webhook-secrets.js';
import { hintOf, messageOf } from '../../errors.js';
import { fail, ok, warn, type Check } from './check.js';

/**
 * Can the files with secrets be used? They are read as the daemon does; nothing is sent, and none is shown.
 */
export async function checkSecrets({ http, sinks }: Config): Promise<Check[]> {
  const { enabled, tokenFile } = http;
  const webhooks = sinks.filter((sink) => sink.type === 'webhook');
  return Promise.all([
    ...(enabled && tokenFile !== undefined ? [checkToken(tokenFile)] : []),
    ...webhooks.map(checkWebhook),
  ]);
}

async function checkToken(file: string): Promise<Check> {
  const name = 'http token';
  return (await refusal(name, new ApiToken().use(file))) ?? ok(name, `${file} can be used`);
}

async function checkWebhook(sink: Extract<SinkConfig, { type: 'webhook' }>): Promise<Check> {
  const name = `sink ${sink.name}`;
  const { origin, protocol } = new URL(sink.url);
  const refused = await refusal(name, new WebhookSecrets().read([sink.secretFile]));
  if (refused) return refused;
  const detail = `${sink.secretFile} can be used; nothing was sent to ${origin}`;
  if (protocol === 'http:' && sink.allowInsecure)
    return warn(name, `${detail}, to which results go unencrypted`, 'Use https:// where the receiver can.');
  return ok(name, detail);
}

async function refusal(name: string, reading: Promise<void>): Promise<Check | undefined> {
  try {
    await reading;
    return undefined;
  } catch (error) {
    return fail(name, messageOf(error), hintOf(error) ?? 'Correct the file.');
  }
}
