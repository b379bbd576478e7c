import { createHash } from 'node:crypto';

/** What the audit trail is about. A noun and what became of it; names are only ever added. */
export type AuditEvent =
  | 'daemon-started'
  | 'daemon-stopped'
  | 'configuration-applied'
  | 'configuration-refused'
  | 'models-loaded'
  | 'models-swapped'
  | 'model-promoted'
  | 'label-set'
  | 'label-changed'
  | 'drift-reference-forgotten'
  | 'images-replayed'
  | 'ledger-repaired'
  | 'ledger-backed-up'
  | 'evaluation-started'
  | 'evaluation-finished'
  | 'evaluation-failed'
  | 'evaluation-skipped'
  | 'evaluation-missed'
  | 'gate-failed'
  /** Entries could not be written for so long that some were given up; the log has them. */
  | 'audit-lost'
  /** Found while appending: the trail is not the one that was written; what is missing is in the details. */
  | 'audit-damaged';

/** JSON about the event. No secrets: the trail is made to be copied and shown. */
export type AuditDetails = Readonly<Record<string, unknown>>;

/** One entry as it is stored. */
export interface AuditEntry {
  /** 1, 2, 3 … without a gap. */
  readonly sequence: number;
  /** RFC 3339, UTC, milliseconds, by this computer's clock; a clock that is set back makes it go back. */
  readonly time: string;
  readonly event: string;
  /** `daemon`, or `user:<name>` of who typed the command. */
  readonly actor: string;
  /** The details as canonical JSON: the very bytes that are hashed. */
  readonly details: string;
  /** The `hash` of the entry before; 64 zeros for the first. */
  readonly previous: string;
  readonly hash: string;
}

/** Where a chain ends, or a copy of where it once ended. */
export interface AuditHead {
  /** 0: no entry yet. */
  readonly sequence: number;
  readonly hash: string;
}

export const NO_ENTRY: AuditHead = { sequence: 0, hash: '0'.repeat(64) };

/**
 * SHA-256, in lower-case hexadecimal, over the UTF-8 bytes of these seven lines, joined by one line feed
 * (0x0A) each and none after the last:
 *
 *     smearwatch-audit-1
 *     <sequence, decimal>
 *     <time>
 *     <event>
 *     <actor>
 *     <details, as stored>
 *     <previous>
 *
 * No field can hold a line feed: JSON escapes it, and `actor` is cleaned. So the bytes say which field is
 * which, and `printf '%s\n…' | sha256sum` gives the same value without this program.
 */
export function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, time, event, actor, details, previous } = entry;
  const lines = ['smearwatch-audit-1', String(sequence), time, event, actor, details, previous];
  return createHash('sha256').update(lines.join('\n'), 'utf8').digest('hex');
}

/**
 * JSON without spaces, the keys of every object sorted by UTF-16 code units: the same value gives the same
 * text.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
