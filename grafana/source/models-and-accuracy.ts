import type { DashboardSpec } from './dashboard.js';
import { MIN_LABELLED_IMAGES } from './thresholds.js';
import { OF_DAEMON, OF_MODEL, OF_SCANNER } from './variables.js';

const MODEL = '{{model}}@{{version}}';

export const modelsAndAccuracy: DashboardSpec = {
  id: 'models-and-accuracy',
  title: 'Models and accuracy',
  question: 'Can I trust it?',
  rows: [
    {
      title: 'On labelled live images',
      panels: [
        {
          title: 'Live accuracy',
          description: `Share of the newest labelled images that the model classified correctly. Below ${MIN_LABELLED_IMAGES} images it says little.`,
          unit: 'percentunit',
          as: 'lines',
          alert: 'SmearwatchAccuracyBelowGate',
          queries: [
            { expr: `smearwatch_live_accuracy_ratio{${OF_MODEL}}`, legend: MODEL },
            { expr: `model:smearwatch_live_accuracy_gate:ratio{${OF_MODEL}}`, legend: `gate of ${MODEL}` },
          ],
        },
        {
          title: 'Labelled images',
          description: 'How many images the live figures rest on.',
          unit: 'short',
          as: 'lines',
          next: 'labels.md',
          queries: [{ expr: `smearwatch_live_labelled_images{${OF_MODEL}}`, legend: MODEL }],
        },
        {
          title: 'Live recall by class',
          description: 'Of the newest images that belong into the class, the share that the model put there.',
          unit: 'percentunit',
          as: 'lines',
          next: 'labels.md',
          queries: [{ expr: `smearwatch_live_recall_ratio{${OF_MODEL}}`, legend: `${MODEL} {{class}}` }],
        },
        {
          title: 'Live precision by class',
          description:
            'Of the newest images that the model put into the class, the share that belongs there.',
          unit: 'percentunit',
          as: 'lines',
          next: 'labels.md',
          queries: [{ expr: `smearwatch_live_precision_ratio{${OF_MODEL}}`, legend: `${MODEL} {{class}}` }],
        },
        {
          title: 'Confusions',
          description: 'Labelled images by what they are (label) and what the model said (class).',
          unit: 'short',
          as: 'table',
          next: 'labels.md',
          queries: [
            {
              expr: `sum by (model, version, label, class) (smearwatch_live_confusion_images{${OF_MODEL}})`,
              legend: `${MODEL} {{label}} as {{class}}`,
            },
          ],
        },
        {
          title: 'Labels that wait',
          description: 'Labels whose image has not been read yet.',
          unit: 'short',
          as: 'lines',
          next: 'labels.md',
          queries: [{ expr: `smearwatch_labels_waiting_images{${OF_DAEMON}}`, legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'On all images',
      panels: [
        {
          title: 'Share of each class',
          description:
            'How many images the model puts into each class. It should change only as patients do.',
          unit: 'percentunit',
          as: 'lines',
          next: 'drift.md',
          queries: [
            {
              expr: `sum by (model, version, class) (rate(smearwatch_predictions_total{${OF_MODEL}}[1h])) / on (model, version) group_left () sum by (model, version) (rate(smearwatch_predictions_total{${OF_MODEL}}[1h]))`,
              legend: `${MODEL} {{class}}`,
            },
          ],
        },
        {
          title: 'Confidence, median',
          description: 'Probability of the predicted class; half of the predictions are less sure.',
          unit: 'percentunit',
          as: 'lines',
          next: 'drift.md',
          queries: [
            {
              expr: `histogram_quantile(0.5, sum by (model, version, class, le) (rate(smearwatch_prediction_confidence_ratio_bucket{${OF_MODEL}}[1h])))`,
              legend: `${MODEL} {{class}}`,
            },
          ],
        },
        {
          title: 'Models disagree',
          description:
            'Share of the classified images of the last hour whose models name different classes; they go to review.',
          unit: 'percentunit',
          as: 'lines',
          next: 'drift.md',
          queries: [
            { expr: `scanner:smearwatch_models_disagree:ratio_rate1h{${OF_SCANNER}}`, legend: '{{scanner}}' },
          ],
        },
        {
          title: 'To review, by reason',
          description: 'Images a second that a person should look at; an image may have several reasons.',
          unit: 'suffix: /s',
          as: 'areas',
          next: 'labels.md',
          queries: [
            {
              expr: `sum by (reason) (rate(smearwatch_review_reasons_total{${OF_SCANNER}}[$__rate_interval]))`,
              legend: '{{reason}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Which models',
      panels: [
        {
          title: 'Models in use',
          description: 'Name, version, SHA-256 of the weights, engine and precision.',
          unit: 'short',
          as: 'table',
          next: 'monitoring.md',
          queries: [{ expr: `smearwatch_model_info{${OF_MODEL}}`, legend: MODEL }],
        },
        {
          title: 'Changes of models that failed, in an hour',
          description: 'The previous models stay in use.',
          unit: 'short',
          as: 'lines',
          alert: 'SmearwatchModelSwapFailed',
          queries: [
            {
              expr: `increase(smearwatch_model_swaps_total{${OF_DAEMON}, outcome="failed"}[1h])`,
              legend: '{{instance}}',
            },
          ],
          width: 6,
        },
        {
          title: 'Loading the models took',
          description: 'At the start, or when they were changed last.',
          unit: 's',
          as: 'stat',
          next: 'monitoring.md',
          queries: [
            { expr: `smearwatch_models_load_duration_seconds{${OF_DAEMON}}`, legend: '{{instance}}' },
          ],
          width: 6,
        },
        {
          title: 'What computes the models',
          description:
            'smearwatch-…: our kernels and ONNX Runtime. Otherwise the engine alone: kernels are off, or cannot be used.',
          unit: 'short',
          as: 'stat',
          next: 'result-documents.md',
          queries: [
            {
              expr: `count by (model, version, computation) (smearwatch_computation_info{${OF_MODEL}})`,
              legend: '{{model}}@{{version}} {{computation}}',
            },
          ],
        },
        {
          title: 'What decodes the images',
          description: 'Images a second. libvips takes what our decoder does not, or everything.',
          unit: 'suffix: /s',
          as: 'areas',
          next: 'decoding.md',
          queries: [
            {
              expr: `sum by (decoder) (rate(smearwatch_decoded_images_total{${OF_DAEMON}}[$__rate_interval]))`,
              legend: '{{decoder}}',
            },
          ],
        },
      ],
    },
  ],
};
