import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { auditFile } from './audit.js';
import { hashOf, NO_ENTRY, type AuditEntry, type AuditHead } from './entry.js';
import { missing } from './failures.js';
import { HEAD_FILE, readHead } from './head-file.js';
import { readAudit } from './read-audit.js';

export interface AuditReport {
  /** Number of entries that are unchanged, from the first on. */
  readonly intact: number;
  /** The last of the unchanged entries. */
  readonly head: AuditHead;
  /** The first problem found. */
  readonly problem?: AuditProblem;
}

export interface AuditProblem {
  /** Number of the first entry that is affected. */
  readonly sequence: number;
  readonly kind: 'changed' | 'removed' | 'out-of-order' | 'unreadable' | 'damage-recorded';
  readonly message: string;
}

/**
 * Reads the whole trail and compares it with itself, with the copy of its end, and with `known` ends that
 * were kept elsewhere (from the log or /status).
 * @throws SmearwatchError `audit-missing` when both the trail and the copy of its end are missing
 */
export function verifyAudit(stateFolder: string, known: readonly AuditHead[] = []): AuditReport {
  const file = auditFile(stateFolder);
  // Read before the trail: entries added in between only make the trail longer than its copied end.
  const copy = readHead(stateFolder);
  const ends = typeof copy === 'string' ? known : [copy, ...known];
  const check = new ChainCheck(ends.map(({ sequence }) => sequence));
  if (!existsSync(file)) {
    if (copy === 'missing') throw missing(file);
  } else {
    try {
      readAudit(stateFolder, {}, (entries) => {
        for (const entry of entries) if (!check.add(entry)) break;
      });
    } catch (error) {
      check.fail('unreadable', check.head.sequence + 1, messageOf(error));
    }
  }
  const where = join(stateFolder, HEAD_FILE);
  if (typeof copy === 'string') check.fail('removed', check.head.sequence + 1, copyGone(copy, where));
  else check.compare(copy, where);
  for (const head of known) check.compare(head, 'the hash that was given');
  return check.report();
}

class ChainCheck {
  head = NO_ENTRY;
  /** Hashes of the entries that are compared with known ends; a trail may be too long to keep all hashes. */
  readonly #hashes = new Map<number, string>([[NO_ENTRY.sequence, NO_ENTRY.hash]]);
  readonly #wanted: ReadonlySet<number>;
  #problem: AuditProblem | undefined;

  constructor(wanted: readonly number[]) {
    this.#wanted = new Set(wanted);
  }

  /**
   * Checks the next entry.
   * @returns false once there is a problem
   */
  add(entry: AuditEntry): boolean {
    const expected = this.head.sequence + 1;
    if (entry.sequence !== expected) {
      const last = entry.sequence - 1;
      const which = last > expected ? `Entries ${expected} to ${last} are` : `Entry ${expected} is`;
      return this.fail('removed', expected, `${which} missing before entry ${entry.sequence}.`);
    }
    if (hashOf(entry) !== entry.hash) {
      return this.fail('changed', expected, `Entry ${expected} does not match its hash.`);
    }
    if (entry.previous !== this.head.hash) {
      const message = `Entry ${expected} does not follow the entry before it: one of the two was replaced or moved.`;
      return this.fail('out-of-order', expected, message);
    }
    if (this.#wanted.has(expected)) this.#hashes.set(expected, entry.hash);
    this.head = { sequence: entry.sequence, hash: entry.hash };
    if (entry.event !== 'audit-damaged') return true;
    const message = `Entry ${expected} says that entries before it were lost: ${entry.details}`;
    // Recorded, and the check continues: the entries after it must be checked too.
    this.fail('damage-recorded', expected, message);
    return true;
  }

  /** Records a problem. Only the first one is kept: later ones are mostly its consequences. */
  fail(kind: AuditProblem['kind'], sequence: number, message: string): false {
    this.#problem ??= { kind, sequence, message };
    return false;
  }

  compare({ sequence, hash }: AuditHead, where: string): void {
    const found = this.#hashes.get(sequence);
    if (found === hash) return;
    const first = this.head.sequence + 1;
    if (found === undefined) {
      const which = sequence > first ? `Entries ${first} to ${sequence} are` : `Entry ${sequence} is`;
      this.fail('removed', first, `${which} missing at the end: ${where} knows entry ${sequence}, ${hash}.`);
    } else {
      this.fail('changed', sequence, `Entry ${sequence} differs from ${where}: ${found}, not ${hash}.`);
    }
  }

  report(): AuditReport {
    return {
      intact: this.head.sequence,
      head: this.head,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }
}

function copyGone(state: 'missing' | 'unreadable', file: string): string {
  return `${file}, the copy of the trail's end, is ${state}: it is unknown whether entries are missing at the end.`;
}
