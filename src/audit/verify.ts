import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { auditFile } from './audit.js';
import { hashOf, NO_ENTRY, type AuditEntry, type AuditHead } from './entry.js';
import { missing } from './failures.js';
import { HEAD_FILE, readHead } from './head-file.js';
import { readAudit } from './read-audit.js';

export interface AuditReport {
  /** Entries that are as they were written, from the first on. */
  readonly intact: number;
  /** The last of those. */
  readonly head: AuditHead;
  /** The first thing that is wrong. */
  readonly problem?: AuditProblem;
}

export interface AuditProblem {
  /** The first entry that is concerned. */
  readonly sequence: number;
  readonly kind: 'changed' | 'removed' | 'out-of-order' | 'unreadable' | 'damage-recorded';
  readonly message: string;
}

/**
 * Reads the whole trail and compares it with itself, with the copy of its end, and with `known` ends that
 * were kept elsewhere (of the log, of /status).
 * @throws SmearwatchError `audit-missing` when neither the trail nor the copy of its end is there
 */
export function verifyAudit(stateFolder: string, known: readonly AuditHead[] = []): AuditReport {
  const file = auditFile(stateFolder);
  // Before the trail: entries that are added meanwhile only make the trail longer than its copied end.
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
  /**
   * Hashes of the entries that are compared with what is known of them; a trail may be too long to keep all.
   */
  readonly #hashes = new Map<number, string>([[NO_ENTRY.sequence, NO_ENTRY.hash]]);
  readonly #wanted: ReadonlySet<number>;
  #problem: AuditProblem | undefined;

  constructor(wanted: readonly number[]) {
    this.#wanted = new Set(wanted);
  }

  /** @returns false once something is wrong */
  add(entry: AuditEntry): boolean {
    const expected = this.head.sequence + 1;
    if (entry.sequence !== expected) {
      const last = entry.sequence - 1;
      const which = last > expected ? `Entries ${expected} to ${last} are` : `Entry ${expected} is`;
      return this.fail('removed', expected, `${which} missing before entry ${entry.sequence}.`);
    }
    if (hashOf(entry) !== entry.hash) {
      return this.fail('changed', expected, `Entry ${expected} is not what was written under its hash.`);
    }
    if (entry.previous !== this.head.hash) {
      const message = `Entry ${expected} does not follow the entry before it: one of the two was exchanged or moved.`;
      return this.fail('out-of-order', expected, message);
    }
    if (this.#wanted.has(expected)) this.#hashes.set(expected, entry.hash);
    this.head = { sequence: entry.sequence, hash: entry.hash };
    if (entry.event !== 'audit-damaged') return true;
    const message = `Entry ${expected} says that entries before it were lost: ${entry.details}`;
    // Noted, and read on: what came after it is to be checked too.
    this.fail('damage-recorded', expected, message);
    return true;
  }

  /** Only the first problem is kept: what follows is mostly its consequence. */
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
      this.fail('changed', sequence, `Entry ${sequence} is another than in ${where}: ${found}, not ${hash}.`);
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
  return `${file}, the copy of the trail's end, is ${state}: whether entries are missing at the end cannot be told.`;
}
