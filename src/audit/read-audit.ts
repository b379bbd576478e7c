import { existsSync } from 'node:fs';
import { SmearwatchError } from '../errors.js';
import { auditFile } from './audit.js';
import { openForReading, type Connection } from './connection.js';
import type { AuditEntry } from './entry.js';
import { missing, unreadable } from './failures.js';

export interface AuditFilter {
  readonly event?: string;
  /** RFC 3339, UTC, with milliseconds, as in the entries. */
  readonly since?: string;
  /** Most entries to return, the newest ones. */
  readonly limit?: number;
}

/**
 * Calls `work` with the matching entries, oldest first, read one after another from one snapshot; for
 * commands.
 * @throws SmearwatchError `audit-missing`, `audit-unreadable`
 */
export function readAudit<T>(
  stateFolder: string,
  { event, since, limit = -1 }: AuditFilter,
  work: (entries: Iterable<AuditEntry>) => T,
): T {
  return withReader(stateFolder, (connection) =>
    work(
      connection
        .prepare(
          `SELECT * FROM (
             SELECT * FROM entries WHERE (?1 IS NULL OR event = ?1) AND (?2 IS NULL OR time >= ?2)
             ORDER BY sequence DESC LIMIT ?3
           ) ORDER BY sequence`,
        )
        .iterate(event ?? null, since ?? null, limit) as Iterable<AuditEntry>,
    ),
  );
}

/**
 * Runs `work` with a connection that only reads.
 * @throws SmearwatchError `audit-missing`, `audit-unreadable`
 */
export function withReader<T>(stateFolder: string, work: (connection: Connection) => T): T {
  const file = auditFile(stateFolder);
  if (!existsSync(file)) throw missing(file);
  let connection: Connection | undefined;
  try {
    connection = openForReading(file);
    return work(connection);
  } catch (error) {
    throw error instanceof SmearwatchError ? error : unreadable(file, error);
  } finally {
    connection?.close();
  }
}

/**
 * Formats an entry as one line of JSON: the fields in the order in which they are hashed, the details byte
 * for byte as hashed.
 */
export function toLine({ sequence, time, event, actor, details, previous, hash }: AuditEntry): string {
  const [start, end] = [JSON.stringify({ sequence, time, event, actor }), JSON.stringify({ previous, hash })];
  return `${start.slice(0, -1)},"details":${details},${end.slice(1)}`;
}
