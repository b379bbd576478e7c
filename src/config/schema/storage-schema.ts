import { z } from 'zod';

export const diskSchema = z
  .strictObject({
    minFreeBytes: z
      .int()
      .min(0)
      .default(268_435_456)
      .describe(
        'With less free on the disk of the ledger, or of one that results or images go to, no more images are taken in until there is room again. 0: never mind.',
      ),
  })
  .prefault({});

export const retentionSchema = z
  .strictObject({
    ledgerDays: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe(
        'Files and results that ended longer ago are removed from the ledger, once the file has gone from its scanner folder. Without it, they are kept for ever.',
      ),
    jsonDays: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe(
        'JSON documents (sinks of type json) of images that ended longer ago are removed: those that the ledger knows, and nothing else. Not more than ledgerDays. Without it, they are kept for ever.',
      ),
  })
  .prefault({});
