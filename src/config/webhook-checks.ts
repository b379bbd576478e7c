import { z } from 'zod';
import type { Problem } from './problems.js';

const text = z.string().min(1).optional().catch(undefined);
const webhook = z
  .object({ type: text, url: text, allowInsecure: z.boolean().optional().catch(undefined) })
  .catch({});
const written = z.object({ sinks: z.array(webhook) });

/**
 * Problems of a webhook's address that the schema cannot detect. No message quotes the address: it may
 * contain a password.
 */
export function webhookProblems(value: unknown): Problem[] {
  const sinks = written.safeParse(value).data?.sinks ?? [];
  return sinks.flatMap(({ type, url, allowInsecure }, index) => {
    if (type !== 'webhook' || url === undefined) return [];
    const message = problemOf(url, allowInsecure === true);
    return message === undefined ? [] : [{ path: ['sinks', index, 'url'], message }];
  });
}

function problemOf(text: string, allowInsecure: boolean): string | undefined {
  if (!URL.canParse(text)) return 'is not an address such as https://lis.example/smears';
  const url = new URL(text);
  if (!['https:', 'http:'].includes(url.protocol)) return 'must begin with https://';
  if (url.username !== '' || url.password !== '')
    return 'contains a user name or password; a receiver recognizes Smearwatch by the signature (secretFile)';
  if (url.protocol === 'http:' && !allowInsecure && !isThisComputer(url.hostname))
    return 'begins with http:// and is another computer: anyone on the network path can read the results. Use https://, or set allowInsecure: true';
  return undefined;
}

function isThisComputer(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Normalizes an address, so that two spellings of it are equal; undefined if the text is not an address. */
export function sameAddress(text: string | undefined): string | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text).href : undefined;
}
