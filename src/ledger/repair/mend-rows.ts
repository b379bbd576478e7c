import type { ResultRecord } from '../../record.js';
import type { Row, Value } from '../database.js';
import { modelSetOf } from '../results.js';

/** What the new ledger has already. */
export interface Lookups {
  readonly hasResult: (id: Value) => boolean;
  readonly hasResultOf: (sha256: Value, id: Value) => boolean;
  readonly onRequeued: () => void;
}

/**
 * What a row says twice must be the same: a flipped bit that is still JSON would otherwise pass for a result.
 */
export function onlyWithItsRecord(row: Row): Row | undefined {
  try {
    const record = JSON.parse(String(row['record'])) as ResultRecord;
    const { image, decision, recordedAt, models } = record;
    const isSame =
      models.every((model) => Object.values(model.probabilities).every(Number.isFinite)) &&
      models.every((model) => Object.hasOwn(model.probabilities, model.class)) &&
      image.sha256 === row['sha256'] &&
      modelSetOf(record) === row['model_set'] &&
      decision.class === row['class'] &&
      decision.confidence === row['confidence'] &&
      Number(decision.review) === row['review'] &&
      Date.parse(recordedAt) === row['recorded_at'];
    return isSame ? row : undefined;
  } catch {
    return undefined; // An incomplete record is not usable.
  }
}

export function onlyWithResult(row: Row, { hasResult }: Lookups): Row | undefined {
  return hasResult(row['result_id'] ?? null) ? row : undefined;
}

/**
 * Queues a done file again if its result is missing, even if another set of models has a result of the same
 * bytes: each set owes its own.
 */
export function requeuedWithoutResult(row: Row, { hasResultOf, onRequeued }: Lookups): Row {
  if (row['state'] !== 'done') return row;
  if (hasResultOf(row['sha256'] ?? null, row['result_id'] ?? null)) return row;
  onRequeued();
  const now = Date.now();
  return {
    ...row,
    state: 'queued',
    revision: Number(row['revision']) + 1,
    attempts: 0,
    reclassify: 1,
    not_before: 0,
    queued_at: now,
    finished_at: null,
    result_id: null,
    reason_code: null,
    reason: null,
  };
}
