import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFileSync } from '../files/replace-file.js';
import type { AuditHead } from './entry.js';

/**
 * File with a second record of the chain's end, so that entries removed from the end of the trail are
 * noticed.
 */
export const HEAD_FILE = 'audit-head.json';

const headSchema = z.strictObject({
  version: z.literal(1),
  sequence: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * Reads the copy, or says why it cannot be read. The file is replaced in one step, so a crash cannot leave an
 * unreadable one.
 */
export function readHead(stateFolder: string): AuditHead | 'missing' | 'unreadable' {
  const file = join(stateFolder, HEAD_FILE);
  if (!existsSync(file)) return 'missing';
  try {
    const { sequence, hash } = headSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { sequence, hash };
  } catch {
    // The kind of mistake does not matter: the content cannot be relied on.
    return 'unreadable';
  }
}

/** Replaces the copy durably. Synchronous, because it happens while the trail's write lock is held. */
export function writeHead(stateFolder: string, head: AuditHead): void {
  replaceFileSync(join(stateFolder, HEAD_FILE), `${JSON.stringify({ version: 1, ...head })}\n`);
}
