import { createHash } from 'node:crypto';

/** Events of the audit trail: a noun and what happened to it. Later versions only add names. */
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
  /** Entries could not be written for a long time and some were given up; the log has them. */
  | 'audit-lost'
  /**
   * Found while appending: the trail differs from the one that was written; the details say what is missing.
   */
  | 'audit-damaged';

/** Facts about the event, as JSON. It must not contain secrets: the trail is made to be copied and shown. */
export type AuditDetails = Readonly<Record<string, unknown>>;

/** One entry as it is stored. */
export interface AuditEntry {
  /** Number of the entry: 1, 2, 3 … without a gap. */
  readonly sequence: number;
  /** RFC 3339, UTC, milliseconds, by this computer's clock; times can go back if the clock is set back. */
  readonly time: string;
  readonly event: string;
  /** `daemon`, or `user:<name>` of the user who ran the command. */
  readonly actor: string;
  /** The details as canonical JSON: the exact bytes that are hashed. */
  readonly details: string;
  /** The `hash` of the previous entry; 64 zeros for the first. */
  readonly previous: string;
  readonly hash: string;
}

/** The end of a chain, or a copy of an earlier end. */
export interface AuditHead {
  /** Number of the last entry; 0 if there is no entry yet. */
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
