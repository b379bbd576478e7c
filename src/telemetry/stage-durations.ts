import type { Histogram } from 'prom-client';
import type { MetricFactory } from './metrics.js';

/** One histogram for every stage that an image goes through, `settle` first and then `STAGES`. */
export type StageDurations = Histogram<'stage'>;

export function stageDurations(metrics: MetricFactory): StageDurations {
  return metrics.duration(
    'stage_duration_seconds',
    'Time of an image in each stage: settle, queue, read, decode, batch, pool, record.',
    ['stage'],
  );
}
