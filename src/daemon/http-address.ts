import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFileSync } from '../files/replace-file.js';

/**
 * File with the address that a running daemon listens on, for commands on the same computer. With `http.port:
 * 0` it is the only source of the port.
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
 * Writes the address that this run listens on. The file is a convenience: a failure to write it must not keep
 * the daemon from starting. It is not synced to the disk, since after a power cut no daemon listens. A file
 * that a killed daemon left behind is only a hint: its address refuses connections.
 */
export function writeHttpAddress(stateFolder: string, { host, port }: HttpAddress): void {
  const content = `${JSON.stringify({ version: 1, host, port })}\n`;
  try {
    replaceFileSync(join(stateFolder, HTTP_ADDRESS_FILE), content, { sync: 'nothing' });
  } catch {
    // A full disk, for example: the log has the address too, and parts with essential writes report the
    // failure.
  }
}

export function removeHttpAddress(stateFolder: string): void {
  try {
    rmSync(join(stateFolder, HTTP_ADDRESS_FILE), { force: true });
  } catch {
    // The file is only a hint: a failure to remove it must not interrupt the stop.
  }
}

/** The address that the daemon has written; undefined if it is missing or cannot be read. */
export function readHttpAddress(stateFolder: string): HttpAddress | undefined {
  try {
    const { host, port } = addressSchema.parse(
      JSON.parse(readFileSync(join(stateFolder, HTTP_ADDRESS_FILE), 'utf8')),
    );
    return { host, port };
  } catch {
    // Missing, of a later version, or without permission: in each case the address is unknown.
    return undefined;
  }
}
