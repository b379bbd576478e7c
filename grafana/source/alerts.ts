import type { Alert } from './alert.js';
import { qualityAlerts } from './quality-alerts.js';
import { ORIGIN } from './recording-rules.js';
import { DISK_FORECAST_SECONDS, LIMITS, MIN_QUARANTINED_IMAGES } from './thresholds.js';

/** Images are not classified, or soon will not be. */
const flowAlerts: readonly Alert[] = [
  {
    name: 'SmearwatchDown',
    severity: 'critical',
    expr: `up{job="smearwatch"} < ${LIMITS.up.value} or absent(up{job="smearwatch"})`,
    for: '2m',
    threshold: LIMITS.up,
    summary: 'Smearwatch does not answer',
    description:
      'No metrics from {{ with $labels.instance }}{{ . }}{{ else }}any daemon{{ end }} for two minutes. New images wait in their folders; none is lost.',
  },
  {
    name: 'SmearwatchStalled',
    severity: 'critical',
    expr: [
      `smearwatch_pipeline_stalled > ${LIMITS.pipelineStalled.value}`,
      `or (instance:smearwatch_work_waiting_images:sum > 0`,
      `and on (${ORIGIN}) sum by (${ORIGIN}) (increase(smearwatch_images_total[15m])) == 0`,
      `unless on (${ORIGIN}) smearwatch_intake_paused > 0)`,
    ].join(' '),
    for: '5m',
    threshold: LIMITS.pipelineStalled,
    summary: 'Images wait and none is finished',
    description: '{{ $labels.instance }} has images waiting, and finishes none.',
  },
  {
    name: 'SmearwatchIntakePaused',
    severity: 'critical',
    expr: `smearwatch_intake_paused > ${LIMITS.intakePaused.value}`,
    for: '10m',
    threshold: LIMITS.intakePaused,
    summary: 'Images are not taken in ({{ $labels.cause }})',
    description:
      '{{ $labels.instance }} waits for {{ if eq $labels.cause "disk" }}room on a disk{{ else }}a scanner\'s folder{{ end }}. It continues automatically once that is available.',
  },
  {
    name: 'SmearwatchScannerNotReady',
    severity: 'critical',
    expr: `smearwatch_scanner_ready < ${LIMITS.scannerReady.value}`,
    for: '5m',
    threshold: LIMITS.scannerReady,
    summary: 'Images of scanner {{ $labels.scanner }} are not taken in',
    description:
      '{{ $labels.instance }} cannot read the folder of {{ $labels.scanner }}, or a part of it. It is taken in again by itself once it can be read.',
  },
  {
    name: 'SmearwatchOldestImageTooOld',
    severity: 'warning',
    expr: `smearwatch_work_oldest_age_seconds > ${LIMITS.oldestImageSeconds.value}`,
    for: '5m',
    threshold: LIMITS.oldestImageSeconds,
    summary: 'An image has waited for {{ $value | humanizeDuration }}',
    description: '{{ $labels.instance }} does not keep up, or something holds the oldest image.',
  },
  {
    name: 'SmearwatchQuarantineRate',
    severity: 'warning',
    expr: [
      `scanner:smearwatch_images_quarantined:ratio_rate1h > ${LIMITS.quarantinedRatio.value}`,
      `and on (${ORIGIN}, scanner) sum by (${ORIGIN}, scanner) (increase(smearwatch_images_total{outcome="quarantined"}[1h])) >= ${MIN_QUARANTINED_IMAGES}`,
    ].join(' '),
    for: '5m',
    threshold: LIMITS.quarantinedRatio,
    summary: '{{ $value | humanizePercentage }} of the images of {{ $labels.scanner }} cannot be classified',
    description: 'They are in quarantine with a reason each, on {{ $labels.instance }}.',
  },
  {
    name: 'SmearwatchWorkerMissing',
    severity: 'warning',
    expr: `smearwatch_workers_missing > ${LIMITS.workersMissing.value} or smearwatch_workers_stuck > ${LIMITS.workersMissing.value}`,
    for: '5m',
    threshold: LIMITS.workersMissing,
    summary: 'Inference workers missing or stuck: {{ $value }}',
    description: '{{ $labels.instance }} classifies with fewer workers than it should.',
  },
  {
    name: 'SmearwatchSinkFailing',
    severity: 'warning',
    expr: `sum by (${ORIGIN}, sink) (rate(smearwatch_sink_failures_total[5m])) > ${LIMITS.sinkFailuresPerSecond.value}`,
    for: '15m',
    threshold: LIMITS.sinkFailuresPerSecond,
    summary: 'Results do not reach sink {{ $labels.sink }}',
    description:
      'Deliveries on {{ $labels.instance }} fail. The results are safe in the ledger and are delivered later.',
  },
];

/** The machine and the records. */
const machineAlerts: readonly Alert[] = [
  {
    name: 'SmearwatchDiskLow',
    severity: 'critical',
    expr: `smearwatch_disk_free_bytes < on (${ORIGIN}, disk) disk:smearwatch_disk_low:bytes`,
    for: '5m',
    threshold: LIMITS.diskFreeBytes,
    summary: 'Only {{ $value | humanize1024 }}B are free for {{ $labels.disk }}',
    description: '{{ $labels.instance }} will soon take in no more images.',
  },
  {
    name: 'SmearwatchDiskFillingUp',
    severity: 'warning',
    expr: `predict_linear(smearwatch_disk_free_bytes[6h], ${DISK_FORECAST_SECONDS}) < 0`,
    for: '1h',
    summary: 'The disk of {{ $labels.disk }} will be full within a day',
    description: 'At the rate of the last six hours, on {{ $labels.instance }}.',
  },
  {
    name: 'SmearwatchMemoryHigh',
    severity: 'warning',
    expr: `instance:smearwatch_memory:ratio > ${LIMITS.memoryRatio.value}`,
    for: '15m',
    threshold: LIMITS.memoryRatio,
    summary: 'Smearwatch uses {{ $value | humanizePercentage }} of the memory it may have',
    description:
      'The operating system may end {{ $labels.instance }}; nothing is lost, but images in progress start again.',
  },
  {
    name: 'SmearwatchLedgerWriteFailing',
    severity: 'critical',
    expr: [
      `smearwatch_ledger_writable < ${LIMITS.ledgerWritable.value}`,
      `or on (${ORIGIN}) increase(smearwatch_ledger_write_failures_total[10m]) > ${LIMITS.ledgerWriteFailures.value}`,
    ].join(' '),
    for: '5m',
    threshold: LIMITS.ledgerWriteFailures,
    summary: 'The ledger cannot be written',
    description:
      'New images of {{ $labels.instance }} wait in their folders, and finished ones in memory, until it can.',
  },
  {
    name: 'SmearwatchAuditNotWritable',
    severity: 'warning',
    expr: `smearwatch_audit_writable < ${LIMITS.auditWritable.value}`,
    for: '5m',
    threshold: LIMITS.auditWritable,
    summary: 'The audit trail cannot be written',
    description: 'Its entries wait in the memory of {{ $labels.instance }}, and are in the log.',
  },
  {
    name: 'SmearwatchWatchErrors',
    severity: 'warning',
    expr: `sum by (${ORIGIN}, scanner) (increase(smearwatch_watch_errors_total[1h])) > ${LIMITS.watchErrorsPerHour.value}`,
    for: '5m',
    threshold: LIMITS.watchErrorsPerHour,
    summary: "Watching {{ $labels.scanner }}'s folder fails",
    description:
      '{{ $value | printf "%.0f" }} failures in an hour on {{ $labels.instance }}. Periodic rescans find images where the folder can be read.',
  },
];

export const alerts: readonly Alert[] = [...flowAlerts, ...machineAlerts, ...qualityAlerts];

/** @throws when there is no such alert: panels name theirs */
export function alertNamed(name: string): Alert {
  const alert = alerts.find((each) => each.name === name);
  if (!alert) throw new Error(`There is no alert ${name}`);
  return alert;
}
