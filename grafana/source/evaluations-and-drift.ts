import type { DashboardSpec } from './dashboard.js';
import { OF_DAEMON, OF_MODEL, OF_SCANNER } from './variables.js';

const SET = '{{model}}@{{version}} on {{set}}';

export const evaluationsAndDrift: DashboardSpec = {
  id: 'evaluations-and-drift',
  title: 'Evaluations and drift',
  question: 'Is it still as good as it was measured, and are the images still those it was measured on?',
  rows: [
    {
      title: 'Planned evaluations',
      panels: [
        {
          title: 'Gates',
          description: 'What evaluation.gates demand, at the last evaluation.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchEvaluationGateFailed',
          queries: [
            { expr: `smearwatch_evaluation_gate_passed{${OF_DAEMON}}`, legend: '{{gate}} on {{set}}' },
          ],
          words: { 0: 'failed', 1: 'passed' },
          width: 12,
        },
        {
          title: 'Lost in a row',
          description: 'Planned evaluations since the last that came to its end: missed, skipped or failed.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchEvaluationMissed',
          queries: [{ expr: `smearwatch_evaluation_lost_runs{${OF_DAEMON}}`, legend: '{{instance}}' }],
          width: 4,
        },
        {
          title: 'Last evaluation',
          description: 'Time since the last evaluation ended, with any result.',
          unit: 'dateTimeFromNow',
          as: 'stat',
          next: 'runbooks/SmearwatchEvaluationMissed.md',
          queries: [
            {
              expr: `1000 * (smearwatch_evaluation_last_success_timestamp_seconds{${OF_DAEMON}} > 0)`,
              legend: '{{instance}}',
            },
          ],
          width: 4,
        },
        {
          title: 'Next evaluation',
          description: 'When the next one is planned; nothing where evaluation.schedule plans none.',
          unit: 'dateTimeFromNow',
          as: 'stat',
          next: 'runbooks/SmearwatchEvaluationMissed.md',
          queries: [
            {
              expr: `1000 * (smearwatch_evaluation_next_timestamp_seconds{${OF_DAEMON}} > 0)`,
              legend: '{{instance}}',
            },
          ],
          width: 4,
        },
        {
          title: 'Classified correctly',
          description: 'Share of the images of the last evaluation.',
          unit: 'percentunit',
          as: 'lines',
          next: 'runbooks/SmearwatchEvaluationGateFailed.md',
          queries: [{ expr: `smearwatch_evaluation_right_ratio{${OF_MODEL}}`, legend: SET }],
        },
        {
          title: 'Recall by class',
          description: 'In the last evaluation.',
          unit: 'percentunit',
          as: 'lines',
          next: 'runbooks/SmearwatchEvaluationGateFailed.md',
          queries: [
            { expr: `smearwatch_evaluation_class_recall_ratio{${OF_MODEL}}`, legend: `${SET} {{class}}` },
          ],
        },
        {
          title: 'Figures of the last evaluation',
          description:
            'Accuracy as in the paper, precision, recall, F-measure, quadratic loss, calibration error.',
          unit: 'percentunit',
          as: 'table',
          next: 'runbooks/SmearwatchEvaluationGateFailed.md',
          queries: [
            'accuracy_ratio',
            'precision_ratio',
            'recall_ratio',
            'f_measure_ratio',
            'quadratic_loss',
            'calibration_error_ratio',
          ].map((figure) => ({
            expr: `smearwatch_evaluation_${figure}{${OF_MODEL}}`,
            legend: `${figure} ${SET}`,
          })),
        },
        {
          title: 'Evaluations by outcome, in the time shown',
          description: 'ok, gate-failed, failed, skipped (another one still ran), missed (no daemon ran).',
          unit: 'short',
          as: 'table',
          next: 'runbooks/SmearwatchEvaluationMissed.md',
          queries: [
            {
              expr: `sum by (outcome) (increase(smearwatch_evaluation_runs_total{${OF_DAEMON}}[$__range]))`,
              legend: '{{outcome}}',
            },
          ],
          width: 6,
        },
        {
          title: 'Images, and time that it took',
          description: 'Of the last evaluation.',
          unit: 'short',
          as: 'table',
          next: 'monitoring.md',
          queries: [
            { expr: `smearwatch_evaluation_images{${OF_DAEMON}}`, legend: 'images of {{set}}' },
            { expr: `smearwatch_evaluation_last_duration_seconds{${OF_DAEMON}}`, legend: 'seconds' },
          ],
          width: 6,
        },
      ],
    },
    {
      title: 'Drift',
      panels: [
        {
          title: 'Images',
          description:
            'Population stability index of the newest images of each scanner. Below 0.1 nothing has changed.',
          unit: 'short',
          as: 'lines',
          alert: 'SmearwatchDrift',
          queries: [{ expr: `smearwatch_image_drift_psi{${OF_SCANNER}}`, legend: '{{scanner}} {{measure}}' }],
        },
        {
          title: 'Predictions',
          description: 'Population stability index of what each model says. Below 0.1 nothing has changed.',
          unit: 'short',
          as: 'lines',
          alert: 'SmearwatchDrift',
          queries: [
            {
              expr: `smearwatch_prediction_drift_psi{${OF_MODEL}}`,
              legend: '{{model}}@{{version}} {{measure}}',
            },
          ],
        },
        {
          title: 'Images compared',
          description: 'The newest, and the reference; the reference is 0 while it is being taken.',
          unit: 'short',
          as: 'lines',
          next: 'drift.md',
          queries: [
            { expr: `smearwatch_image_drift_images{${OF_SCANNER}}`, legend: '{{scanner}} newest' },
            {
              expr: `smearwatch_image_drift_reference_images{${OF_SCANNER}}`,
              legend: '{{scanner}} reference',
            },
          ],
        },
        {
          title: 'Predictions compared',
          description: 'The newest, and the reference; the reference is 0 while it is being taken.',
          unit: 'short',
          as: 'lines',
          next: 'drift.md',
          queries: [
            {
              expr: `smearwatch_prediction_drift_images{${OF_MODEL}}`,
              legend: '{{model}}@{{version}} newest',
            },
            {
              expr: `smearwatch_prediction_drift_reference_images{${OF_MODEL}}`,
              legend: '{{model}}@{{version}} reference',
            },
          ],
        },
      ],
    },
  ],
};
