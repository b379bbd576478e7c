import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFileSync } from '../files/replace-file.js';
import type { AuditHead } from './entry.js';

/** A second copy of where the chain ends, so that entries removed from the end of the file are missed. */
export const HEAD_FILE = 'audit-head.json';

const headSchema = z.strictObject({
  version: z.literal(1),
  sequence: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * The copy, or why there is none. It is replaced in one step: a file that cannot be read was not left by a
 * crash.
 */
export function readHead(stateFolder: string): AuditHead | 'missing' | 'unreadable' {
  const file = join(stateFolder, HEAD_FILE);
  if (!existsSync(file)) return 'missing';
  try {
    const { sequence, hash } = headSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { sequence, hash };
  } catch {
    // Which mistake it has does not matter: nothing it says can be relied on.
    return 'unreadable';
  }
}

/** Replaces the copy durably. Synchronous, because it happens while the trail's write lock is held. */
export function writeHead(stateFolder: string, head: AuditHead): void {
  replaceFileSync(join(stateFolder, HEAD_FILE), `${JSON.stringify({ version: 1, ...head })}\n`);
}
