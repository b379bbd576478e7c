import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFileSync } from '../files/replace-file.js';

/**
 * Where a running daemon listens, for commands of the same computer; with `http.port: 0` nothing else tells.
 */
export const HTTP_ADDRESS_FILE = 'http.json';

const addressSchema = z.object({
  version: z.literal(1),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
});

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Tells where this run listens; a convenience, which must keep no daemon from starting. Not synced to the
 * disk: a daemon that a power cut ended listens nowhere. For the same reason what a kill has left behind is
 * only a hint, and whoever follows it finds nobody there.
 */
export function writeHttpAddress(stateFolder: string, { host, port }: HttpAddress): void {
  const content = `${JSON.stringify({ version: 1, host, port })}\n`;
  try {
    replaceFileSync(join(stateFolder, HTTP_ADDRESS_FILE), content, { sync: 'nothing' });
  } catch {
    // A full disk, say: the log has the address too, and whoever writes what matters says what is wrong.
  }
}

export function removeHttpAddress(stateFolder: string): void {
  try {
    rmSync(join(stateFolder, HTTP_ADDRESS_FILE), { force: true });
  } catch {
    // It is only a hint, and stopping goes on.
  }
}

/** Undefined when no daemon has told, or what it told cannot be read. */
export function readHttpAddress(stateFolder: string): HttpAddress | undefined {
  try {
    const { host, port } = addressSchema.parse(
      JSON.parse(readFileSync(join(stateFolder, HTTP_ADDRESS_FILE), 'utf8')),
    );
    return { host, port };
  } catch {
    // Missing, of a later version, or not ours to read: in every case there is no address to be had.
    return undefined;
  }
}
