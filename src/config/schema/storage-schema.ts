import { z } from 'zod';

export const diskSchema = z
  .strictObject({
    minFreeBytes: z
      .int()
      .min(0)
      .default(268_435_456)
      .describe(
        'The free space that the disks of the ledger, the results and moved images must have. With less, no new images are queued until there is space again. 0 turns the check off.',
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
        'The number of days after which finished files and their results are removed from the ledger, if the file is no longer in its scanner folder. Without it, they are kept without limit.',
      ),
    jsonDays: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe(
        'The number of days after which JSON documents (sinks of type json) that the ledger knows are removed. It must not be more than ledgerDays. Without it, they are kept without limit.',
      ),
  })
  .prefault({});
