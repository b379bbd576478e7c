import { z } from 'zod';
import { folder } from './values.js';

export const httpSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether /metrics, /healthz, /readyz and /status are served.'),
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: z.int().min(0).max(65_535).default(9464).describe('Port; 0 takes a free one and logs it.'),
    tokenFile: folder
      .optional()
      .describe(
        'File with the token that changes by HTTP (POST /labels) must carry; readable by the owner, and a group, only. Without it, nothing can be changed by HTTP.',
      ),
    changesPerMinute: z
      .int()
      .min(1)
      .max(6000)
      .default(120)
      .describe('Changes by HTTP that one address may ask for in a minute, refused ones included.'),
  })
  .prefault({});
