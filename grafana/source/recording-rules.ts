import { DISK_FACTOR, LIMITS } from './thresholds.js';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** The labels of a series' origin; every rule keeps them, so that one Prometheus can watch many daemons. */
export const ORIGIN = 'job, instance';

/** What several panels and alerts ask. Names are level:metric:operations. */
export const recordingRules: readonly RecordingRule[] = [
  {
    record: 'scanner_outcome:smearwatch_images:rate5m',
    expr: `sum by (${ORIGIN}, scanner, outcome) (rate(smearwatch_images_total[5m]))`,
  },
  {
    record: 'scanner:smearwatch_images_quarantined:ratio_rate1h',
    expr: `sum by (${ORIGIN}, scanner) (rate(smearwatch_images_total{outcome="quarantined"}[1h])) / (sum by (${ORIGIN}, scanner) (rate(smearwatch_images_total[1h])) > 0)`,
  },
  {
    record: 'instance:smearwatch_work_waiting_images:sum',
    expr: `sum by (${ORIGIN}) (smearwatch_work_images{state=~"queued|running"})`,
  },
  {
    record: 'stage:smearwatch_stage_duration_seconds:p95_rate5m',
    expr: `histogram_quantile(0.95, sum by (${ORIGIN}, stage, le) (rate(smearwatch_stage_duration_seconds_bucket[5m])))`,
  },
  {
    record: 'scanner:smearwatch_image_latency_seconds:p95_rate5m',
    expr: `histogram_quantile(0.95, sum by (${ORIGIN}, scanner, le) (rate(smearwatch_image_latency_seconds_bucket[5m])))`,
  },
  {
    record: 'scanner:smearwatch_models_disagree:ratio_rate1h',
    expr: `sum by (${ORIGIN}, scanner) (rate(smearwatch_review_reasons_total{reason="models-disagree"}[1h])) / (sum by (${ORIGIN}, scanner) (rate(smearwatch_images_total{outcome="classified"}[1h])) > 0)`,
  },
  {
    record: 'model:smearwatch_live_accuracy_gate:ratio',
    expr: `smearwatch_live_accuracy_gate_ratio or (smearwatch_live_labelled_images * 0 + ${LIMITS.liveAccuracyRatio.value})`,
  },
  {
    record: 'disk:smearwatch_disk_low:bytes',
    expr: `smearwatch_disk_free_bytes * 0 + on (${ORIGIN}) group_left () clamp_min(${DISK_FACTOR} * smearwatch_disk_min_free_bytes, ${LIMITS.diskFreeBytes.value})`,
  },
  {
    record: 'instance:smearwatch_memory:ratio',
    expr: `process_resident_memory_bytes / on (${ORIGIN}) smearwatch_memory_limit_bytes`,
  },
];
