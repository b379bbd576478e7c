import type { Row } from '../database.js';

/** Something that is true of every whole ledger. */
export interface Invariant {
  readonly kind: string;
  /** The version of the ledger from which on it can be asked. */
  readonly since: number;
  /**
   * Finds the rows that violate the invariant, each with an `example`. It is one statement, so that it sees
   * one moment even while the daemon writes.
   */
  readonly sql: string;
  readonly tell: (violations: number, first: Row) => string;
}

const example = (first: Row): string => `for instance ${String(first['example'])}`;
const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

export const INVARIANTS: readonly Invariant[] = [
  {
    kind: 'wrong-count',
    since: 1,
    sql: `WITH real AS (SELECT state, count(*) AS files FROM files GROUP BY state)
      SELECT states.value AS example, counts.files AS counted, coalesce(real.files, 0) AS there
      FROM json_each('["queued", "running", "done", "quarantined"]') states
      LEFT JOIN counts ON counts.state = states.value LEFT JOIN real ON real.state = states.value
      WHERE counts.files IS NOT coalesce(real.files, 0)`,
    tell: (_, first) =>
      `${String(first['counted'])} files are counted as ${String(first['example'])}, ${String(first['there'])} are there`,
  },
  {
    kind: 'done-without-result',
    since: 1,
    sql: `SELECT f.scanner || '/' || f.path AS example FROM files f LEFT JOIN results r ON r.id = f.result_id
      WHERE f.state = 'done' AND (r.id IS NULL OR f.sha256 IS NULL)`,
    tell: (count, first) => `${files(count)} are done and have no result, ${example(first)}`,
  },
  {
    kind: 'result-of-another-image',
    since: 1,
    sql: `SELECT f.scanner || '/' || f.path AS example FROM files f JOIN results r ON r.id = f.result_id
      WHERE f.state = 'done' AND f.sha256 <> r.sha256`,
    tell: (count, first) => `${files(count)} have the result of another image, ${example(first)}`,
  },
  {
    kind: 'quarantined-without-reason',
    since: 1,
    sql: `SELECT scanner || '/' || path AS example FROM files
      WHERE state = 'quarantined' AND (reason_code IS NULL OR reason IS NULL)`,
    tell: (count, first) => `${files(count)} are in quarantine without a reason, ${example(first)}`,
  },
  {
    kind: 'owed-without-result',
    since: 1,
    sql: `SELECT o.scanner || '/' || o.path AS example FROM outbox o LEFT JOIN results r ON r.id = o.result_id
      WHERE r.id IS NULL`,
    tell: (count, first) => `Sinks are owed ${count} results that are not there, ${example(first)}`,
  },
  {
    kind: 'unreadable-record',
    since: 1,
    sql: `SELECT sha256 AS example FROM results
      WHERE CASE WHEN json_valid(record) THEN json_extract(record, '$.image.sha256') IS NOT sha256 ELSE TRUE END`,
    tell: (count, first) => `${count} results have no record of their own image, ${example(first)}`,
  },
  {
    kind: 'label-not-counted',
    since: 1,
    sql: `SELECT l.sha256 AS example FROM labels l JOIN results r ON r.sha256 = l.sha256
      LEFT JOIN labelled_predictions p ON p.sha256 = l.sha256 AND p.label = l.class WHERE p.sha256 IS NULL`,
    tell: (count, first) =>
      `What the models said of ${count} labelled images is not counted in live accuracy, ${example(first)}`,
  },
];
