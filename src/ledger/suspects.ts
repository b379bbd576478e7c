import type { ErrorCode } from '../errors.js';
import type { Database, Statement } from './database.js';
import { ALONE_AFTER_CRASHES, CLAIMED, toClaim, type Claim, type Reason } from './queue.js';
import { steadyNow } from './steady-now.js';

/**
 * Half of these crashes happen with the file alone: the process is not killed by chance three times within
 * the same hundredth of a second.
 */
export const BLAMED_AFTER_CRASHES = 6;

/** A file that the process died of. */
export interface DeadlyFile extends Reason {
  readonly scanner: string;
  readonly path: string;
}

const REASON =
  `Smearwatch died each of the ${BLAMED_AFTER_CRASHES} times that this image was in progress, ` +
  `the last ${BLAMED_AFTER_CRASHES - ALONE_AFTER_CRASHES} times with no other. ` +
  'Keep the file for the maintainers of Smearwatch; to try it again: smearwatch replay --quarantined';

/**
 * Files that may kill the whole process: native code that gives up takes the daemon along, and no worker's
 * end tells which image it was. `crashes` does, since it rises with every start that finds the file still
 * `running`.
 */
export class Suspects {
  readonly #statements: Record<'isDue' | 'claim' | 'blame', Statement>;

  constructor(database: Database) {
    const due = `state = 'queued' AND crashes > 0 AND crashes >= ${ALONE_AFTER_CRASHES} AND not_before <= ?`;
    this.#statements = {
      isDue: database.prepare(`SELECT 1 FROM files WHERE ${due} LIMIT 1`),
      // Files that have crashed the process alone come last, so that they do not delay the clearing of the
      // others.
      claim: database.prepare(`
        UPDATE files SET state = 'running', attempts = attempts + 1
        WHERE id IN (SELECT id FROM files WHERE ${due} ORDER BY crashes, id LIMIT 1) ${CLAIMED}`),
      blame: database.prepare(`
        UPDATE files SET state = 'quarantined', crashes = crashes + 1, finished_at = ?, reason_code = ?, reason = ?
        WHERE state = 'running' AND crashes + 1 >= ${BLAMED_AFTER_CRASHES} RETURNING scanner, path`),
    };
  }

  /** Whether one waits to be tried alone. */
  isDue(): boolean {
    return this.#statements.isDue.get(steadyNow()) !== undefined;
  }

  /** The next one to be tried alone. */
  claim(): Claim | undefined {
    return this.#statements.claim.all(steadyNow()).map(toClaim)[0];
  }

  /** At the start, before `Queue.recover`: quarantines what the process has died of once too often. */
  blame(): DeadlyFile[] {
    const code: ErrorCode = 'image-kills-process';
    return this.#statements.blame
      .all(Date.now(), code, REASON)
      .map(({ scanner, path }) => ({ scanner: String(scanner), path: String(path), code, reason: REASON }));
  }
}
