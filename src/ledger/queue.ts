import type { ErrorCode } from '../errors.js';
import type { Intake, SeenFile } from '../files/seen-file.js';
import type { WorkCounts } from '../telemetry/readers.js';
import type { Database, Row, Statement } from './database.js';
import { steadyNow } from './steady-now.js';

/** A file that is being worked on. */
export interface Claim {
  readonly id: number;
  readonly revision: number;
  readonly scanner: string;
  /** Relative to the scanner's folder, with forward slashes. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** This attempt's number, from 1. */
  readonly attempt: number;
  /** Asked for by `replay`: classify it although its bytes have a result. */
  readonly reclassify: boolean;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
}

/** Why a file could not be classified, in a form for programs and a sentence for a technician. */
export interface Reason {
  readonly code: string;
  readonly reason: string;
}

/** No file is put off for longer. */
export const LONGEST_DELAY_MS = 3_600_000;

/**
 * Delay between the first sign that a known file may have been replaced and the hashing of its bytes.
 */
const REHASH_AFTER_MS = 1000;
/** An event comes sooner than this after the change that it is about. */
const EVENT_LATE_MS = 60_000;

/** Files whose bytes could not be reached are queued again as soon as the watcher sees them again. */
export const VANISHED: ErrorCode = 'file-vanished';

const ENQUEUE = `
  INSERT INTO files (scanner, path, size, mtime_ms, ctime_ms, inode, state, queued_at)
  VALUES (?, ?, ?, ?, ?, ?, 'queued', ?)
  ON CONFLICT (scanner, path) DO UPDATE SET
    size = excluded.size, mtime_ms = excluded.mtime_ms, ctime_ms = excluded.ctime_ms, inode = excluded.inode,
    rehash_at = NULL, revision = revision + 1, state = 'queued', attempts = 0,
    crashes = 0, reclassify = 0, not_before = 0, queued_at = excluded.queued_at, finished_at = NULL, sha256 = NULL, result_id = NULL,
    reason_code = NULL, reason = NULL
  WHERE size <> excluded.size OR mtime_ms <> excluded.mtime_ms
     OR (state = 'quarantined' AND reason_code = '${VANISHED}')`;

/**
 * A file that was in progress this often when the process died is tried alone (see `Suspects`). The others
 * that were in progress each time are cleared by their own attempt.
 */
export const ALONE_AFTER_CRASHES = 3;

/** What a claiming statement returns: see `toClaim`. */
export const CLAIMED =
  'RETURNING id, revision, scanner, path, size, mtime_ms, attempts, reclassify, queued_at';

/**
 * The scanners that have queued files, but the paused ones (?1, a JSON array of names): as many steps in an
 * index as there are scanners, and not one for each file that waits.
 */
const SCANNERS = `
  WITH RECURSIVE waiting (scanner) AS (
    SELECT min(scanner) FROM files WHERE state = 'queued'
    UNION ALL
    SELECT (SELECT min(scanner) FROM files WHERE state = 'queued' AND scanner > waiting.scanner)
    FROM waiting WHERE waiting.scanner IS NOT NULL),
  active (scanner) AS (
    SELECT scanner FROM waiting WHERE scanner IS NOT NULL AND scanner NOT IN (SELECT value FROM json_each(?1)))`;

export const ACTIVE_SCANNERS = `${SCANNERS} SELECT scanner FROM active`;

/** Selects the oldest files of a scanner (?1) that are due at ?2, at most ?3. */
export const DUE_FILES = `
  SELECT id, not_before FROM files
  WHERE scanner = ?1 AND state = 'queued' AND not_before <= ?2 AND crashes < ${ALONE_AFTER_CRASHES}
  ORDER BY not_before, id LIMIT ?3`;

/** ?1: a JSON array of ids. */
const CLAIM = `
  UPDATE files SET state = 'running', attempts = attempts + 1
  WHERE id IN (SELECT value FROM json_each(?1)) ${CLAIMED}`;

export const NEXT_DUE = `
  ${SCANNERS}
  SELECT min((SELECT min(not_before) FROM files WHERE scanner = active.scanner AND state = 'queued')) AS due
  FROM active`;

/**
 * The durable queue: files in the states queued, running, done and quarantined. `steadyNow` decides when a
 * postponed file is due: a wall clock that is set back by a day must not delay it by a day.
 */
export class Queue implements Intake {
  readonly #database: Database;
  readonly #statements: Record<
    | 'known'
    | 'doubt'
    | 'enqueue'
    | 'activeScanners'
    | 'dueFiles'
    | 'claim'
    | 'recover'
    | 'bringForward'
    | 'rehashSooner'
    | 'retry',
    Statement
  > &
    Record<'release' | 'quarantine' | 'counts' | 'oldest' | 'nextDue' | 'postponed', Statement>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      known: database.prepare(
        'SELECT size, mtime_ms, ctime_ms, inode, rehash_at, state, reason_code FROM files WHERE scanner = ? AND path = ?',
      ),
      // What is still queued is read after this look.
      doubt: database.prepare(`
        UPDATE files SET
          ctime_ms = iif(state = 'queued', ?1, ctime_ms), inode = iif(state = 'queued', ?2, inode),
          rehash_at = iif(state = 'queued', rehash_at, ?3)
        WHERE scanner = ?4 AND path = ?5`),
      enqueue: database.prepare(ENQUEUE),
      activeScanners: database.prepare(ACTIVE_SCANNERS),
      dueFiles: database.prepare(DUE_FILES),
      claim: database.prepare(CLAIM),
      recover: database.prepare(`
        UPDATE files SET state = 'queued', attempts = max(attempts - 1, 0), crashes = crashes + 1
        WHERE state = 'running'`),
      bringForward: database.prepare(
        "UPDATE files SET not_before = 0 WHERE state = 'queued' AND not_before > ?",
      ),
      rehashSooner: database.prepare(
        'UPDATE files SET rehash_at = 0 WHERE rehash_at IS NOT NULL AND rehash_at > ?',
      ),
      retry: database.prepare(`
        UPDATE files SET state = 'queued', not_before = ?, reason_code = ?, reason = ?
        WHERE id = ? AND revision = ? AND state = 'running'`),
      release: database.prepare(`
        UPDATE files SET state = 'queued', not_before = ?, attempts = max(attempts - 1, 0)
        WHERE id = ? AND revision = ? AND state = 'running'`),
      quarantine: database.prepare(`
        UPDATE files SET state = 'quarantined', finished_at = ?, reason_code = ?, reason = ?, sha256 = ?
        WHERE id = ? AND revision = ? AND state = 'running'`),
      counts: database.prepare('SELECT state, files FROM counts'),
      oldest: database.prepare(
        "SELECT min(queued_at) AS queued_at FROM files WHERE state IN ('queued', 'running')",
      ),
      postponed: database.prepare(`
        SELECT count(*) AS files FROM files
        WHERE state = 'queued'
          AND ((not_before > ? AND reason_code IS NULL) OR scanner IN (SELECT value FROM json_each(?)))`),
      nextDue: database.prepare(NEXT_DUE),
    };
  }

  unknownAmong<T extends SeenFile>(scanner: string, files: readonly T[], isChanging = false): T[] {
    const unknown: T[] = [];
    const doubtful: SeenFile[] = [];
    for (const file of files) {
      const row = this.#statements.known.get(scanner, file.path);
      if (!isKnown(row, file)) unknown.push(file);
      else if (isDoubtful(row, file, isChanging)) doubtful.push(file);
    }
    if (doubtful.length > 0) this.#doubt(scanner, doubtful);
    return unknown;
  }

  /** Not synced: the next look finds it out again. */
  #doubt(scanner: string, files: readonly SeenFile[]): void {
    const rehashAt = steadyNow() + REHASH_AFTER_MS;
    this.#database.withoutSync(() =>
      this.#database.transaction(() => {
        for (const { path, ctimeMs = null, inode = null } of files)
          this.#statements.doubt.run(ctimeMs, inode, rehashAt, scanner, path);
      }),
    );
  }

  /** Not synced: a file that a power cut takes out of the queue is found again by the first rescan. */
  enqueue(scanner: string, files: readonly SeenFile[]): void {
    const now = Date.now();
    this.#database.withoutSync(() =>
      this.#database.transaction(() => {
        for (const { path, size, mtimeMs, ctimeMs = null, inode = null } of files) {
          this.#statements.enqueue.run(scanner, path, size, mtimeMs, ctimeMs, inode, now);
        }
      }),
    );
  }

  /**
   * Claims at most `limit` files that are due, oldest first, except those of the `paused` scanners. They are
   * `running` until one of the methods below is called. The claim is not synced: after a power cut the file
   * may still be queued, which is harmless.
   */
  claim(limit: number, paused: readonly string[] = []): Claim[] {
    const rows = this.#database.withoutSync(() =>
      this.#database.transaction(() =>
        this.#statements.claim.all(JSON.stringify(this.#oldestDue(limit, paused))),
      ),
    );
    return rows.map(toClaim).sort((a, b) => a.id - b.id);
  }

  /**
   * Finds the ids of files that are due, scanner by scanner: one statement for all takes SQLite ten times as
   * long.
   */
  #oldestDue(limit: number, paused: readonly string[]): number[] {
    const now = steadyNow();
    return this.#statements.activeScanners
      .all(JSON.stringify(paused))
      .flatMap(({ scanner = null }) => this.#statements.dueFiles.all(scanner, now, limit))
      .sort((a, b) => Number(a['not_before']) - Number(b['not_before']) || Number(a['id']) - Number(b['id']))
      .slice(0, limit)
      .map(({ id }) => Number(id));
  }

  /**
   * Queues the files again that were running when the process died, and returns their number. It also
   * corrects due times that are later than the longest delay: the clock has been set back since they were
   * written.
   */
  recover(): number {
    this.#statements.bringForward.run(steadyNow() + LONGEST_DELAY_MS);
    this.#statements.rehashSooner.run(steadyNow() + LONGEST_DELAY_MS);
    return this.#statements.recover.run().changes;
  }

  /** Another attempt later. */
  retry(claim: Claim, { code, reason }: Reason, delayMs: number): void {
    this.#statements.retry.run(dueIn(delayMs), code, reason, claim.id, claim.revision);
  }

  /**
   * Back into the queue as if it had not been claimed: at shutdown, or because the file is being written
   * again.
   */
  release(claims: readonly Claim[], delayMs = 0): void {
    const notBefore = delayMs === 0 ? 0 : dueIn(delayMs);
    this.#database.transaction(() => {
      for (const { id, revision } of claims) this.#statements.release.run(notBefore, id, revision);
    });
  }

  quarantine(claim: Claim, { code, reason }: Reason, sha256: string | undefined): void {
    this.#statements.quarantine.run(Date.now(), code, reason, sha256 ?? null, claim.id, claim.revision);
  }

  counts(): WorkCounts {
    const byState = new Map(this.#statements.counts.all().map((row) => [row['state'], Number(row['files'])]));
    const of = (state: string): number => byState.get(state) ?? 0;
    const oldest = this.#statements.oldest.get()?.['queued_at'];
    return {
      queued: of('queued'),
      running: of('running'),
      done: of('done'),
      quarantined: of('quarantined'),
      oldestMs: oldest == null ? 0 : Math.max(0, Date.now() - Number(oldest)),
    };
  }

  /** Milliseconds until the next queued file is due, 0 when one is; undefined when none is queued. */
  nextDueInMs(paused: readonly string[] = []): number | undefined {
    const due = this.#statements.nextDue.get(JSON.stringify(paused))?.['due'];
    return due == null ? undefined : Math.max(0, Number(due) - steadyNow());
  }

  /**
   * Counts the queued files that were postponed because something outside them is missing (see `release`),
   * and those of the `paused` scanners.
   */
  postponed(paused: readonly string[] = []): number {
    return Number(this.#statements.postponed.get(steadyNow(), JSON.stringify(paused))?.['files'] ?? 0);
  }
}

function isKnown(row: Row | undefined, { size, mtimeMs }: SeenFile): row is Row {
  if (row?.['size'] !== size || row['mtime_ms'] !== mtimeMs) return false;
  return !(row['state'] === 'quarantined' && row['reason_code'] === VANISHED);
}

/**
 * Whether the bytes may be others than those of the row. An event says so only where the change time cannot
 * be what it was about: a file system may have none (FAT, sshfs), or an event may come late, for a change
 * that was seen.
 */
function isDoubtful(row: Row, { ctimeMs, inode }: SeenFile, isChanging: boolean): boolean {
  if (ctimeMs === undefined || inode === undefined || row['rehash_at'] != null) return false;
  if (row['ctime_ms'] !== ctimeMs || row['inode'] !== inode) return true;
  return isChanging && row['state'] !== 'queued' && Date.now() - ctimeMs > EVENT_LATE_MS;
}

/** When work is due that waits `delayMs`, or `LONGEST_DELAY_MS` where that is less. */
export function dueIn(delayMs: number): number {
  return steadyNow() + Math.min(delayMs, LONGEST_DELAY_MS);
}

export function toClaim(row: Row): Claim {
  return {
    id: Number(row['id']),
    revision: Number(row['revision']),
    scanner: String(row['scanner']),
    path: String(row['path']),
    size: Number(row['size']),
    mtimeMs: Number(row['mtime_ms']),
    attempt: Number(row['attempts']),
    reclassify: row['reclassify'] === 1,
    queuedAt: Number(row['queued_at']),
  };
}
