import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AuditHead } from './entry.js';

/** A second copy of where the chain ends, so that entries removed from the end of the file are missed. */
export const HEAD_FILE = 'audit-head.json';

const headSchema = z.strictObject({
  version: z.literal(1),
  sequence: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The copy, or why there is none. It is replaced in one step: a file that cannot be read was not left by a crash. */
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
  const temporary = join(stateFolder, `.${HEAD_FILE}-${process.pid}`);
  try {
    withFile(temporary, 'w', (descriptor) => {
      writeSync(descriptor, `${JSON.stringify({ version: 1, ...head })}\n`);
      fsyncSync(descriptor);
    });
    renameSync(temporary, join(stateFolder, HEAD_FILE));
  } finally {
    rmSync(temporary, { force: true });
  }
  // Windows cannot open folders; its file systems order renames themselves.
  if (process.platform !== 'win32') withFile(stateFolder, 'r', fsyncSync);
}

function withFile(file: string, flags: string, work: (descriptor: number) => void): void {
  const descriptor = openSync(file, flags);
  try {
    work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
