import type { Database } from '../database.js';
import { LabelledPredictions } from '../labelled-predictions.js';
import { Labels } from '../labels.js';

/**
 * Results whose deliveries may be among those that could not be read are owed again: so far back from the
 * newest one.
 */
const OWED_AGAIN_MS = 24 * 3_600_000;

/** What the models said of labelled images, from the results and the labels. */
export function derivePredictions(database: Database): void {
  const labels = new Labels(database, new LabelledPredictions(database));
  const labelled = database.prepare('SELECT sha256 FROM labels').all();
  database.transaction(() => {
    for (const { sha256 } of labelled) labels.count(String(sha256));
  });
}

/**
 * Queues recent results for delivery again, for a ledger whose deliveries could not be read: it is unknown
 * which results a sink still lacks. Deliveries wait for seconds, or as long as a sink fails, so the results
 * of the last day are delivered again. Sinks must accept repeated deliveries.
 * @returns how many deliveries
 */
export function oweAgain(database: Database, sinksOf: (scanner: string) => readonly string[]): number {
  const files = database
    .prepare(
      `SELECT result_id, scanner, path, size, mtime_ms FROM files WHERE state = 'done'
       AND finished_at >= (SELECT max(finished_at) FROM files WHERE state = 'done') - ${OWED_AGAIN_MS} ORDER BY finished_at, id`,
    )
    .all();
  const isOwed = database.prepare(
    'SELECT 1 FROM outbox WHERE result_id = ? AND sink = ? AND scanner = ? AND path = ?',
  );
  const owe = database.prepare(
    'INSERT INTO outbox (sink, result_id, scanner, path, size, mtime_ms) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return database.transaction(() => {
    let owed = 0;
    for (const {
      result_id: id = null,
      scanner = null,
      path = null,
      size = null,
      mtime_ms: mtime = null,
    } of files) {
      for (const sink of sinksOf(String(scanner))) {
        if (isOwed.get(id, sink, scanner, path)) continue;
        owe.run(sink, id, scanner, path, size, mtime);
        owed += 1;
      }
    }
    return owed;
  });
}
