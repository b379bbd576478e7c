import { z } from 'zod';
import type { Problem } from './problems.js';

const days = z.number().optional().catch(undefined);
const written = z.object({ retention: z.object({ ledgerDays: days, jsonDays: days }) });

/**
 * Problems of retention that the schema cannot detect: documents that the ledger has forgotten would never be
 * removed.
 */
export function retentionProblems(value: unknown): Problem[] {
  const { ledgerDays, jsonDays } = written.safeParse(value).data?.retention ?? {};
  if (ledgerDays === undefined || jsonDays === undefined || jsonDays <= ledgerDays) return [];
  const message = `is more than ledgerDays (${ledgerDays}); the ledger must still list the documents`;
  return [{ path: ['retention', 'jsonDays'], message }];
}
