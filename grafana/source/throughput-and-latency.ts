import type { DashboardSpec } from './dashboard.js';
import { OF_DAEMON, OF_MODEL, OF_SCANNER } from './variables.js';

export const throughputAndLatency: DashboardSpec = {
  id: 'throughput-and-latency',
  title: 'Throughput and latency',
  question: 'Where does time go?',
  rows: [
    {
      title: 'From the scanner to the result',
      panels: [
        {
          title: 'Latency of an image',
          description: 'From settled to its durable result: half, 95 % and 99 % are faster.',
          unit: 's',
          as: 'lines',
          next: 'runbooks/SmearwatchOldestImageTooOld.md',
          queries: ['0.5', '0.95', '0.99'].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, sum by (le) (rate(smearwatch_image_latency_seconds_bucket{${OF_SCANNER}}[$__rate_interval])))`,
            legend: `p${Number(quantile) * 100}`,
          })),
        },
        {
          title: 'Latency by scanner, p95',
          description:
            'From settled to its durable result; 95 % of the images of the last five minutes are faster.',
          unit: 's',
          as: 'lines',
          next: 'runbooks/SmearwatchOldestImageTooOld.md',
          queries: [
            {
              expr: `scanner:smearwatch_image_latency_seconds:p95_rate5m{${OF_SCANNER}}`,
              legend: '{{scanner}}',
            },
          ],
        },
        {
          title: 'Images a second',
          description: 'Finished images by outcome.',
          unit: 'suffix: /s',
          as: 'areas',
          next: 'monitoring.md',
          queries: [
            {
              expr: `sum by (outcome) (rate(smearwatch_images_total{${OF_SCANNER}}[$__rate_interval]))`,
              legend: '{{outcome}}',
            },
          ],
        },
        {
          title: 'Age of the oldest image',
          description: 'Age of the oldest image that is queued or in progress.',
          unit: 's',
          as: 'lines',
          alert: 'SmearwatchOldestImageTooOld',
          queries: [{ expr: `smearwatch_work_oldest_age_seconds{${OF_DAEMON}}`, legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'Stages',
      panels: [
        {
          title: 'Stages, p95',
          description:
            'settle: written and quiet. queue: claimed. read, decode: to pixels. batch: company found. pool: a worker free. record: durable.',
          unit: 's',
          as: 'lines',
          next: 'monitoring.md',
          queries: [
            {
              expr: `max by (stage) (stage:smearwatch_stage_duration_seconds:p95_rate5m{${OF_DAEMON}})`,
              legend: '{{stage}}',
            },
          ],
        },
        {
          title: 'Where time goes, mean',
          description: 'Mean time in each stage, one above the other.',
          unit: 's',
          as: 'areas',
          next: 'monitoring.md',
          queries: [
            {
              expr: `sum by (stage) (rate(smearwatch_stage_duration_seconds_sum{${OF_DAEMON}}[$__rate_interval])) / sum by (stage) (rate(smearwatch_stage_duration_seconds_count{${OF_DAEMON}}[$__rate_interval]))`,
              legend: '{{stage}}',
            },
          ],
        },
        {
          title: 'Inference, p95 of a batch',
          description: 'Time that each model takes for a batch.',
          unit: 's',
          as: 'lines',
          next: 'monitoring.md',
          queries: [
            {
              expr: `histogram_quantile(0.95, sum by (model, version, le) (rate(smearwatch_batch_inference_duration_seconds_bucket{${OF_MODEL}}[$__rate_interval])))`,
              legend: '{{model}}@{{version}}',
            },
          ],
        },
        {
          title: 'Images in a batch, mean',
          description:
            'Full batches (pipeline.batchSize) are the fastest. Small ones mean that decoding is what is waited for, or that little comes.',
          unit: 'short',
          as: 'lines',
          next: 'monitoring.md',
          queries: [
            {
              expr: `sum by (instance) (rate(smearwatch_batch_images_sum{${OF_DAEMON}}[$__rate_interval])) / sum by (instance) (rate(smearwatch_batch_images_count{${OF_DAEMON}}[$__rate_interval]))`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Delivery to sinks, p95',
          description: 'Time of one delivery.',
          unit: 's',
          as: 'lines',
          next: 'runbooks/SmearwatchSinkFailing.md',
          queries: [
            {
              expr: `histogram_quantile(0.95, sum by (sink, le) (rate(smearwatch_sink_delivery_duration_seconds_bucket{${OF_DAEMON}}[$__rate_interval])))`,
              legend: '{{sink}}',
            },
          ],
        },
        {
          title: 'Failed deliveries a second',
          description: 'By sink. They are repeated until they succeed.',
          unit: 'suffix: /s',
          as: 'lines',
          alert: 'SmearwatchSinkFailing',
          queries: [
            {
              expr: `sum by (sink) (rate(smearwatch_sink_failures_total{${OF_DAEMON}}[$__rate_interval]))`,
              legend: '{{sink}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Work and workers',
      panels: [
        {
          title: 'Images by state',
          description:
            'Images that are queued and in progress. Done and quarantined images stay in the ledger.',
          unit: 'short',
          as: 'areas',
          next: 'monitoring.md',
          queries: [
            {
              expr: `sum by (state) (smearwatch_work_images{${OF_DAEMON}, state=~"queued|running"})`,
              legend: '{{state}}',
            },
          ],
        },
        {
          title: 'Workers',
          description: 'Workers that are configured, running and busy.',
          unit: 'short',
          as: 'lines',
          next: 'runbooks/SmearwatchWorkerMissing.md',
          queries: [
            { expr: `sum(smearwatch_workers_configured{${OF_DAEMON}})`, legend: 'configured' },
            { expr: `sum(smearwatch_workers_alive{${OF_DAEMON}})`, legend: 'there' },
            { expr: `sum(smearwatch_workers_busy{${OF_DAEMON}})`, legend: 'at work' },
          ],
        },
      ],
    },
  ],
};
