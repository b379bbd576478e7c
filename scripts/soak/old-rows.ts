import { DatabaseSync } from '@photostructure/sqlite';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import type { ResultRecord } from '../../src/record.js';
import { SCANNER } from '../../test/torture/swaps/world.js';

const DAY_MS = 86_400_000;
/** What the records of old images are copies of. */
const TEMPLATE: ResultRecord = {
  recordVersion: 1,
  image: {
    sha256: 'SHA256',
    scanner: SCANNER,
    path: 'PATH',
    bytes: 1,
    format: 'jpeg',
    width: 960,
    height: 1080,
    modifiedAt: '2026-01-01T00:00:00.000Z',
  },
  models: [
    {
      name: 'forgotten',
      version: '1',
      weightsSha256: '0'.repeat(64),
      engine: 'onnxruntime',
      precision: 'fp32',
      class: 'lymphocyte',
      probabilities: { 'normal-monocyte': 0.05, 'abnormal-monocyte': 0.05, lymphocyte: 0.9 },
    },
  ],
  decision: { class: 'lymphocyte', confidence: 0.9, review: false, reviewReasons: [] },
  times: { queued: 1, read: 1, decode: 1, batch: 1, pool: 1, inference: { forgotten: 1 } },
  recordedAt: '2026-01-01T00:00:00.000Z',
  software: { name: 'smearwatch', version: '0.0.0', node: '20.0.0' },
};

/**
 * Writes `count` images of last week, whose files are gone, into a ledger: retention has to remove them.
 */
export function writeOldRows(stateFolder: string, count: number): void {
  Ledger.own(stateFolder, () => []).close();
  const database = new DatabaseSync(ledgerFile(stateFolder));
  const at = Date.now() - 7 * DAY_MS;
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`;
  const [sha256, path] = ["printf('%064x', n)", "printf('old-%07d.jpg', n)"];
  database.exec('BEGIN');
  database
    .prepare(
      `${numbers} INSERT INTO results (id, sha256, model_set, class, confidence, review, recorded_at, record)
       SELECT n, ${sha256}, 'forgotten', 'lymphocyte', 0.9, 0, ${at},
         replace(replace(?, 'SHA256', ${sha256}), 'PATH', ${path}) FROM numbers`,
    )
    .run(JSON.stringify(TEMPLATE));
  database.exec(
    `${numbers} INSERT INTO files (scanner, path, size, mtime_ms, state, queued_at, finished_at, sha256, result_id)
     SELECT '${SCANNER}', ${path}, 1, 1, 'done', ${at}, ${at}, ${sha256}, n FROM numbers`,
  );
  database.exec('COMMIT');
  database.close();
}
