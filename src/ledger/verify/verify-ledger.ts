import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { hasCode, messageOf } from '../../errors.js';
import type { Row } from '../database.js';
import { isDamage, SQLITE, sqliteCodeOf } from '../failures.js';
import { LEDGER_VERSION } from '../version.js';
import { withReadOnly, type OpenedLedger } from './connection.js';
import { INVARIANTS } from './invariants.js';

/** `kind`: for programs, one of `damaged`, `foreign-key` and the invariants'. */
export interface LedgerProblem {
  readonly kind: string;
  readonly message: string;
}

export interface LedgerReport {
  readonly file: string;
  /** 0 where it cannot be read. */
  readonly version: number;
  readonly files: number;
  readonly results: number;
  /** Files that are marked as being worked on. */
  readonly running: number;
  readonly problems: readonly LedgerProblem[];
}

export interface VerifyOptions {
  /**
   * SQLite's quick check only: pages and rows, but not whether indexes agree with them, nor our own
   * invariants.
   */
  readonly quick?: boolean;
}

/** Greatest number of messages about one file: more would not help. */
const MOST_MESSAGES = 20;

/**
 * Checks a ledger by reading it, even while a daemon runs: whether the file is whole, and whether its rows
 * agree with each other. Every check is one statement and so sees one moment.
 * @throws SmearwatchError `ledger-missing`, `ledger-too-old`, `ledger-newer`, `ledger-unopenable`
 */
export function verifyLedger(file: string, { quick = false }: VerifyOptions = {}): LedgerReport {
  try {
    return withReadOnly(file, (opened) => examine(file, opened, quick));
  } catch (error) {
    if (!hasCode(error, 'ledger-damaged')) throw error;
    return { ...nothingOf(file), problems: [{ kind: 'damaged', message: messageOf(error.cause) }] };
  }
}

function examine(file: string, { connection, version }: OpenedLedger, quick: boolean): LedgerReport {
  const isWhole = (found: readonly LedgerProblem[]): boolean => found.length === 0;
  const pages = readingProblems(() => pageProblems(connection, quick));
  const facts = { file, version, ...countsOf(connection) };
  // What a damaged page makes of a join says nothing about the rows.
  if (quick || !isWhole(pages)) return { ...facts, problems: pages };
  const rows = readingProblems(() => [
    ...foreignKeyProblems(connection),
    ...INVARIANTS.filter(({ since }) => since <= version).flatMap((invariant) => {
      const broken = connection.prepare(invariant.sql).all() as Row[];
      const [first] = broken;
      return first ? [{ kind: invariant.kind, message: invariant.tell(broken.length, first) }] : [];
    }),
  ]);
  return { ...facts, problems: rows };
}

function pageProblems(connection: DatabaseSyncInstance, quick: boolean): LedgerProblem[] {
  const check = quick ? 'quick_check' : 'integrity_check';
  const rows = connection.prepare(`PRAGMA ${check}(${MOST_MESSAGES})`).all() as Row[];
  return rows
    .map((row) => String(row[check]))
    .filter((message) => message !== 'ok')
    .map((message) => ({ kind: 'damaged', message }));
}

function foreignKeyProblems(connection: DatabaseSyncInstance): LedgerProblem[] {
  const rows = connection
    .prepare('SELECT "table" AS name, parent, count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1, 2')
    .all() as Row[];
  return rows.map(({ name, parent, rows: count }) => ({
    kind: 'foreign-key',
    message: `${String(count)} rows of ${String(name)} refer to rows of ${String(parent)} that are not there`,
  }));
}

function countsOf(connection: DatabaseSyncInstance): Pick<LedgerReport, 'files' | 'results' | 'running'> {
  const count = (from: string): number => {
    try {
      const row = connection.prepare(`SELECT count(*) AS rows FROM ${from}`).get() as { rows: number };
      return row.rows;
    } catch {
      return 0; // The check of the pages says why.
    }
  };
  return {
    files: count('files'),
    results: count('results'),
    running: count("files WHERE state = 'running'"),
  };
}

/** A check that a damaged page ends is a finding. */
function readingProblems(check: () => LedgerProblem[]): LedgerProblem[] {
  try {
    return check();
  } catch (error) {
    // SQLite knows our statements unless a table or a column is gone: the ledger is damaged then.
    if (!isDamage(error) && sqliteCodeOf(error) !== SQLITE.error) throw error;
    return [{ kind: 'damaged', message: messageOf(error) }];
  }
}

function nothingOf(file: string): Omit<LedgerReport, 'problems'> {
  return { file, version: 0, files: 0, results: 0, running: 0 };
}

/** Whether the next start brings the ledger to this Smearwatch's version. */
export function isOlder({ version }: LedgerReport): boolean {
  return version > 0 && version < LEDGER_VERSION;
}
