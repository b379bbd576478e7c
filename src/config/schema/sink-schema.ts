import { z } from 'zod';
import { folder, labelName, milliseconds } from './values.js';

const sinkType =
  'json: one file per image; ndjson: one file with a line per image; webhook: one signed POST per image (docs/webhooks.md).';

const jsonSinkSchema = z.strictObject({
  type: z.literal('json').describe(sinkType),
  name: labelName.default('json').describe('Name in metrics and logs; must be unique among the sinks.'),
  folder: folder.describe('Results folder: <folder>/<scanner>/<path of the image>.json, written atomically.'),
});

const ndjsonSinkSchema = z.strictObject({
  type: z.literal('ndjson').describe(sinkType),
  name: labelName.default('ndjson').describe('Name in metrics and logs; must be unique among the sinks.'),
  file: z.string().min(1).describe('File that one line of JSON per result is appended to.'),
});

const webhookSinkSchema = z.strictObject({
  type: z.literal('webhook').describe(sinkType),
  name: labelName.default('webhook').describe('Name in metrics and logs; must be unique among the sinks.'),
  url: z
    .string()
    .min(1)
    .describe(
      'The address that each result is sent to: https://, or http:// on this computer. It must not contain a user name or password.',
    ),
  secretFile: folder.describe(
    'The file with the secret that signs each request (whsec_…, 24 to 64 bytes in base64). Only its owner and a group may read it.',
  ),
  timeoutMs: milliseconds
    .min(100)
    .max(60_000)
    .default(10_000)
    .describe('Time limit for an answer; after that, the result is sent again.'),
  allowInsecure: z
    .boolean()
    .default(false)
    .describe(
      'Whether http:// may lead to another computer. Anyone on the network path can then read the results.',
    ),
});

export const sinkSchema = z.discriminatedUnion('type', [jsonSinkSchema, ndjsonSinkSchema, webhookSinkSchema]);
