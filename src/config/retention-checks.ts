import { z } from 'zod';
import type { Problem } from './problems.js';

const days = z.number().optional().catch(undefined);
const written = z.object({ retention: z.object({ ledgerDays: days, jsonDays: days }) });

/** What the schema cannot tell of retention: documents that the ledger has forgotten are nobody's. */
export function retentionProblems(value: unknown): Problem[] {
  const { ledgerDays, jsonDays } = written.safeParse(value).data?.retention ?? {};
  if (ledgerDays === undefined || jsonDays === undefined || jsonDays <= ledgerDays) return [];
  const message = `is more than ledgerDays (${ledgerDays}); the ledger must still know of the documents`;
  return [{ path: ['retention', 'jsonDays'], message }];
}
