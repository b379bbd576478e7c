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
  /** The actor; `daemon` by default. Commands pass `commandActor()`. */
  readonly actor?: string;
  readonly details?: AuditDetails;
  /** Time of the event; by default, now. */
  readonly at?: Date;
}

/** Adds an entry to the audit trail; parts of the daemon receive this function. */
export type RecordEntry = (entry: NewEntry) => void;

/** Largest details of an entry. Details are a few facts; more than this is a mistake. */
const MAX_DETAILS_BYTES = 65_536;

export function auditFile(stateFolder: string): string {
  return join(stateFolder, 'audit.sqlite');
}

/**
 * The audit trail of a state folder, `audit.sqlite`: append-only, each entry with the hash of the one before
 * it. It is a separate file, next to the ledger, so that repairing or replacing the ledger keeps the trail.
 * Several processes may append at once. `audit-head.json` is a second record of the chain's end.
 *
 * What it proves: `verifyAudit` finds an entry that was changed, moved or removed. A person who can write all
 * files of the state folder can forge a whole chain with both its ends; therefore every new hash is also in
 * the log and in /status, and a copy of one of those, kept elsewhere, proves what came before it (`smearwatch
 * audit verify --head`).
 */
export class Audit {
  readonly file: string;
  readonly #connection: Connection;

  private constructor(file: string, connection: Connection) {
    this.file = file;
    this.#connection = connection;
  }

  /**
   * Opens the trail, and makes it if it does not exist.
   * @throws SmearwatchError `audit-unwritable`, `audit-newer`
   */
  static open(stateFolder: string): Audit {
    const file = auditFile(stateFolder);
    return new Audit(
      file,
      orUnwritable(file, () => openForAppending(file)),
    );
  }

  /**
   * Adds an entry; it is on the disk when this returns.
   * @throws SmearwatchError `audit-unwritable`; `audit-entry-invalid` for details that are not JSON or too
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

  /**
   * The last entry; undefined in an empty trail.
   * @throws SmearwatchError `audit-unwritable`
   */
  last(): AuditEntry | undefined {
    return orUnwritable(this.file, () => lastEntry(this.#connection));
  }

  /**
   * The last entry with one of these events.
   * @throws SmearwatchError `audit-unwritable`
   */
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

  /**
   * Records damage that was found. The next entry overwrites the copy of the end, so what the copy proves is
   * written to the trail first.
   */
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
   * Writes the copy of the end. It is written after the commit, so that the copy is never ahead of the chain:
   * a crash in between leaves it one entry behind, which the next entry corrects. It is written under the
   * write lock, so that of two processes the later one does not restore the earlier end.
   */
  #copyHead(): void {
    try {
      locked(this.#connection, () => {
        const { sequence, hash } = lastEntry(this.#connection) ?? NO_ENTRY;
        writeHead(dirname(this.file), { sequence, hash });
      });
    } catch {
      // The entry is durable; an error would cause it to be written twice. The next entry writes the copy.
    }
  }
}

function jsonOf(event: string, details: AuditDetails): string {
  let json: string;
  try {
    json = canonicalJson(details);
  } catch (error) {
    throw invalidEntry(event, `its details are not JSON: ${String(error)}`);
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
