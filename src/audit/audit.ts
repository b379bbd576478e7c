import { dirname, join } from 'node:path';
import { SmearwatchError } from '../errors.js';
import { cleanActor, DAEMON } from './actor.js';
import { closeWhole, lastEntry, locked, openForAppending, type Connection } from './connection.js';
import {
  canonicalJson,
  hashOf,
  NO_ENTRY,
  type AuditDetails,
  type AuditEntry,
  type AuditEvent,
  type AuditHead,
} from './entry.js';
import { invalidEntry, unwritable } from './failures.js';
import { readHead, writeHead } from './head-file.js';

export type { AuditDetails, AuditEntry, AuditEvent, AuditHead } from './entry.js';
export { commandActor, DAEMON } from './actor.js';

export interface NewEntry {
  readonly event: AuditEvent;
  /** `daemon` without it; commands give `commandActor()`. */
  readonly actor?: string;
  readonly details?: AuditDetails;
  /** When it happened; now without it. */
  readonly at?: Date;
}

/** How a part of the daemon adds an entry to the audit trail. */
export type RecordEntry = (entry: NewEntry) => void;

/** Details are a few facts; more than this is a mistake. */
const MAX_DETAILS_BYTES = 65_536;

export function auditFile(stateFolder: string): string {
  return join(stateFolder, 'audit.sqlite');
}

/**
 * The audit trail of a state folder, `audit.sqlite`: append-only, each entry holding the hash of the one
 * before it. A file of its own, beside the ledger, so that a ledger that is repaired or replaced does not
 * take the trail along. Several processes may append at once. `audit-head.json` holds where the chain ends a
 * second time.
 *
 * What it is worth: an entry that was changed, moved or removed is found by `verifyAudit`. Who can write all
 * files of the state folder can forge a whole chain with both its ends; therefore every new hash is also in
 * the log and in /status, and a copy of one of those, kept elsewhere, settles what came before it
 * (`smearwatch audit verify --head`).
 */
export class Audit {
  readonly file: string;
  readonly #connection: Connection;

  private constructor(file: string, connection: Connection) {
    this.file = file;
    this.#connection = connection;
  }

  /** Makes the trail where there is none. @throws SmearwatchError `audit-unwritable`, `audit-newer` */
  static open(stateFolder: string): Audit {
    const file = auditFile(stateFolder);
    return new Audit(
      file,
      orUnwritable(file, () => openForAppending(file)),
    );
  }

  /**
   * Adds an entry; it is on the disk when this returns.
   * @throws SmearwatchError `audit-unwritable`; `audit-entry-invalid` for details that are no JSON or too
   *   long
   */
  append({ event, actor = DAEMON, details = {}, at = new Date() }: NewEntry): AuditEntry {
    const content = {
      time: at.toISOString(),
      event,
      actor: cleanActor(actor),
      details: jsonOf(event, details),
    };
    return orUnwritable(this.file, () => {
      const entry = locked(this.#connection, () => {
        this.#tellDamage();
        return this.#insert(content);
      });
      this.#copyHead();
      return entry;
    });
  }

  /** The last entry, if there is one. @throws SmearwatchError `audit-unwritable` */
  last(): AuditEntry | undefined {
    return orUnwritable(this.file, () => lastEntry(this.#connection));
  }

  /** The last entry about one of these. @throws SmearwatchError `audit-unwritable` */
  lastOf(...events: readonly AuditEvent[]): AuditEntry | undefined {
    const places = events.map(() => '?').join(', ');
    const sql = `SELECT * FROM entries WHERE event IN (${places}) ORDER BY sequence DESC LIMIT 1`;
    return orUnwritable(
      this.file,
      () => this.#connection.prepare(sql).get(...events) as AuditEntry | undefined,
    );
  }

  close(): void {
    closeWhole(this.#connection);
  }

  #insert(content: Pick<AuditEntry, 'time' | 'event' | 'actor' | 'details'>): AuditEntry {
    const last: AuditHead = lastEntry(this.#connection) ?? NO_ENTRY;
    const linked = { sequence: last.sequence + 1, ...content, previous: last.hash };
    const entry = { ...linked, hash: hashOf(linked) };
    this.#connection
      .prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(entry.sequence, entry.time, entry.event, entry.actor, entry.details, entry.previous, entry.hash);
    return entry;
  }

  /** The copy of the end would be overwritten by the next entry: what it proves is written down first. */
  #tellDamage(): void {
    const copy = readHead(dirname(this.file));
    if (typeof copy === 'object' && this.#has(copy)) return;
    const found = lastEntry(this.#connection) ?? NO_ENTRY;
    const details = {
      expected: copy,
      found: { sequence: found.sequence, hash: found.hash },
    };
    this.#insert({
      time: new Date().toISOString(),
      event: 'audit-damaged' satisfies AuditEvent,
      actor: DAEMON,
      details: canonicalJson(details),
    });
  }

  #has({ sequence, hash }: AuditHead): boolean {
    if (sequence === 0) return true;
    const sql = 'SELECT 1 FROM entries WHERE sequence = ? AND hash = ?';
    return this.#connection.prepare(sql).get(sequence, hash) !== undefined;
  }

  /**
   * After the commit, so that the copy is never ahead of the chain: a crash in between leaves it one entry
   * behind, which the next entry mends. Under the write lock, so that of two processes the later does not put
   * back the earlier's.
   */
  #copyHead(): void {
    try {
      locked(this.#connection, () => {
        const { sequence, hash } = lastEntry(this.#connection) ?? NO_ENTRY;
        writeHead(dirname(this.file), { sequence, hash });
      });
    } catch {
      // The entry is durable, and saying otherwise would have it written twice. The next entry writes the
      // copy.
    }
  }
}

function jsonOf(event: string, details: AuditDetails): string {
  let json: string;
  try {
    json = canonicalJson(details);
  } catch (error) {
    throw invalidEntry(event, `its details are no JSON: ${String(error)}`);
  }
  if (Buffer.byteLength(json) <= MAX_DETAILS_BYTES) return json;
  throw invalidEntry(event, `its details are longer than ${MAX_DETAILS_BYTES} bytes`);
}

function orUnwritable<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof SmearwatchError ? error : unwritable(file, error);
  }
}
