import { z } from 'zod';
import { folder } from './values.js';

export const httpSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether /metrics, /healthz, /readyz and /status are served.'),
    host: z.string().min(1).default('127.0.0.1').describe('The address to listen on.'),
    port: z.int().min(0).max(65_535).default(9464).describe('The port; 0 chooses a free one and logs it.'),
    tokenFile: folder
      .optional()
      .describe(
        'The file with the token that changes over HTTP (POST /labels) must carry. Only its owner and a group may read it. Without it, nothing can be changed over HTTP.',
      ),
    changesPerMinute: z
      .int()
      .min(1)
      .max(6000)
      .default(120)
      .describe('Changes over HTTP per minute and address, including rejected ones.'),
  })
  .prefault({});
