import type { Alert } from './alert.js';
import { EVALUATION_OVERDUE_SECONDS, LIMITS, MIN_LABELLED_IMAGES } from './thresholds.js';

/** The answers may be wrong, or are not the ones that were wanted. */
export const qualityAlerts: readonly Alert[] = [
  {
    name: 'SmearwatchAccuracyBelowGate',
    severity: 'critical',
    expr: [
      'smearwatch_live_accuracy_ratio < model:smearwatch_live_accuracy_gate:ratio',
      `and smearwatch_live_labelled_images >= ${MIN_LABELLED_IMAGES}`,
    ].join(' '),
    for: '30m',
    threshold: LIMITS.liveAccuracyRatio,
    summary:
      '{{ $labels.model }}@{{ $labels.version }} classifies only {{ $value | humanizePercentage }} correctly',
    description: `Of the newest labelled images, of which there are at least ${MIN_LABELLED_IMAGES}, on {{ $labels.instance }}.`,
  },
  {
    name: 'SmearwatchDrift',
    severity: 'warning',
    expr: `smearwatch_image_drift_psi > ${LIMITS.driftIndex.value} or smearwatch_prediction_drift_psi > ${LIMITS.driftIndex.value}`,
    for: '1h',
    threshold: LIMITS.driftIndex,
    summary: '{{ $labels.measure }} has drifted ({{ $labels.scanner }}{{ $labels.model }})',
    description:
      'Population stability index {{ $value | printf "%.2f" }} on {{ $labels.instance }}: the newest images are others than the reference.',
  },
  {
    name: 'SmearwatchEvaluationMissed',
    severity: 'warning',
    expr: [
      `smearwatch_evaluation_lost_runs > ${LIMITS.lostEvaluations.value}`,
      `or (time() - (smearwatch_evaluation_next_timestamp_seconds > 0)) > ${EVALUATION_OVERDUE_SECONDS}`,
    ].join(' '),
    for: '5m',
    threshold: LIMITS.lostEvaluations,
    summary: 'Planned evaluations do not take place',
    description:
      'Two in a row were missed, skipped or failed on {{ $labels.instance }}, or one is overdue by an hour.',
  },
  {
    name: 'SmearwatchEvaluationGateFailed',
    severity: 'critical',
    expr: `smearwatch_evaluation_gate_passed < ${LIMITS.gatePassed.value}`,
    for: '1m',
    threshold: LIMITS.gatePassed,
    summary: 'The last evaluation failed a gate: {{ $labels.gate }}',
    description: 'On the images of {{ $labels.set }}, on {{ $labels.instance }}.',
  },
  {
    name: 'SmearwatchModelSwapFailed',
    severity: 'warning',
    expr: `increase(smearwatch_model_swaps_total{outcome="failed"}[1h]) > ${LIMITS.failedSwaps.value}`,
    for: '0m',
    threshold: LIMITS.failedSwaps,
    summary: 'Other models could not be put in use',
    description: '{{ $labels.instance }} continues with the previous models.',
  },
  {
    name: 'SmearwatchConfigurationRefused',
    severity: 'warning',
    expr: `smearwatch_configuration_last_reload_successful < ${LIMITS.configurationInForce.value}`,
    for: '10m',
    threshold: LIMITS.configurationInForce,
    summary: 'The changed configuration was refused',
    description:
      '{{ $labels.instance }} continues with the previous configuration; it would not start again after a stop.',
  },
];
