import type { Histogram } from 'prom-client';
import type { MetricFactory } from './metrics.js';

/** One histogram for every stage that an image goes through, `settle` first and then `STAGES`. */
export type StageDurations = Histogram<'stage'>;

export function stageDurations(metrics: MetricFactory): StageDurations {
  return metrics.duration(
    'stage_duration_seconds',
    'Time in each stage: settle, queue, read, decode (of an image), batch, pool (the wait for a worker), record (of a batch).',
    ['stage'],
  );
}
