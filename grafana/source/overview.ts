import type { DashboardSpec } from './dashboard.js';
import { OF_DAEMON, OF_MODEL, OF_SCANNER } from './variables.js';

export const overview: DashboardSpec = {
  id: 'overview',
  title: 'Overview',
  question: 'Is it well? Green is. Every red panel says which alert it belongs to and links to what to do.',
  rows: [
    {
      title: 'Does it work?',
      panels: [
        {
          title: 'Daemons',
          description: 'Whether each daemon answers Prometheus.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchDown',
          queries: [{ expr: `up{job="smearwatch", ${OF_DAEMON}}`, legend: '{{instance}}' }],
          words: { 0: 'down', 1: 'up' },
          width: 4,
        },
        {
          title: 'Pipeline',
          description: 'Whether the pipeline is stalled: images wait and no known cause holds them up.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchStalled',
          queries: [{ expr: `smearwatch_pipeline_stalled{${OF_DAEMON}}`, legend: '{{instance}}' }],
          words: { 0: 'moves', 1: 'stands still' },
          width: 4,
        },
        {
          title: 'Intake',
          description: 'Whether images are taken in, or room on a disk or a folder is waited for.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchIntakePaused',
          queries: [{ expr: `smearwatch_intake_paused{${OF_DAEMON}}`, legend: '{{cause}}' }],
          words: { 0: 'open', 1: 'paused' },
          width: 4,
        },
        {
          title: 'Scanners',
          description: "Whether the images in each scanner's folder are taken in.",
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchScannerNotReady',
          queries: [{ expr: `smearwatch_scanner_ready{${OF_SCANNER}}`, legend: '{{scanner}}' }],
          words: { 0: 'not taken in', 1: 'taken in' },
          width: 4,
        },
        {
          title: 'Oldest image',
          description: 'Age of the oldest image that is queued or in progress.',
          unit: 's',
          as: 'stat',
          alert: 'SmearwatchOldestImageTooOld',
          queries: [{ expr: `smearwatch_work_oldest_age_seconds{${OF_DAEMON}}`, legend: '{{instance}}' }],
          width: 4,
        },
        {
          title: 'Workers missing',
          description: 'Inference workers that are configured but not running.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchWorkerMissing',
          queries: [{ expr: `smearwatch_workers_missing{${OF_DAEMON}}`, legend: '{{instance}}' }],
          width: 4,
        },
        {
          title: 'Configuration',
          description: 'Whether the configuration file is the one in force.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchConfigurationRefused',
          queries: [
            { expr: `smearwatch_configuration_last_reload_successful{${OF_DAEMON}}`, legend: '{{instance}}' },
          ],
          words: { 0: 'refused', 1: 'in force' },
          width: 4,
        },
      ],
    },
    {
      title: 'What does it do?',
      panels: [
        {
          title: 'Images a second',
          description: 'Finished images, by scanner and outcome.',
          unit: 'suffix: /s',
          as: 'areas',
          next: 'monitoring.md',
          queries: [
            {
              expr: `sum by (scanner, outcome) (scanner_outcome:smearwatch_images:rate5m{${OF_SCANNER}})`,
              legend: '{{scanner}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Work that waits',
          description:
            'Images that are queued or in progress. The number falls to about zero between runs of the scanner.',
          unit: 'short',
          as: 'lines',
          next: 'runbooks/SmearwatchOldestImageTooOld.md',
          queries: [
            { expr: `instance:smearwatch_work_waiting_images:sum{${OF_DAEMON}}`, legend: '{{instance}}' },
          ],
        },
        {
          title: 'Into quarantine',
          description: 'Share of the images of the last hour that cannot be classified.',
          unit: 'percentunit',
          as: 'lines',
          alert: 'SmearwatchQuarantineRate',
          queries: [
            {
              expr: `scanner:smearwatch_images_quarantined:ratio_rate1h{${OF_SCANNER}}`,
              legend: '{{scanner}}',
            },
          ],
        },
        {
          title: 'Quarantine by reason, in the time shown',
          description: 'Why images could not be classified.',
          unit: 'short',
          as: 'table',
          next: 'images.md',
          queries: [
            {
              expr: `sum by (scanner, reason) (increase(smearwatch_quarantines_total{${OF_SCANNER}}[$__range])) > 0`,
              legend: '{{scanner}} {{reason}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Can it continue?',
      panels: [
        {
          title: 'Room on disks',
          description: 'Free where something is written. Red is little with the default disk.minFreeBytes.',
          unit: 'bytes',
          as: 'stat',
          alert: 'SmearwatchDiskLow',
          queries: [{ expr: `smearwatch_disk_free_bytes{${OF_DAEMON}}`, legend: '{{disk}}' }],
          width: 8,
        },
        {
          title: 'Memory',
          description: 'Share of the memory that the process may use.',
          unit: 'percentunit',
          as: 'stat',
          alert: 'SmearwatchMemoryHigh',
          queries: [{ expr: `instance:smearwatch_memory:ratio{${OF_DAEMON}}`, legend: '{{instance}}' }],
          width: 4,
        },
        {
          title: 'Results owed to sinks',
          description: 'Results that a sink has not received yet. They are safe in the ledger.',
          unit: 'short',
          as: 'stat',
          next: 'runbooks/SmearwatchSinkFailing.md',
          queries: [{ expr: `smearwatch_outbox_records{${OF_DAEMON}}`, legend: '{{sink}}' }],
          width: 6,
        },
        {
          title: 'Models in use',
          description: 'Every image is classified by each of these; the first that is configured decides.',
          unit: 'short',
          as: 'stat',
          next: 'monitoring.md',
          queries: [
            {
              expr: `count by (model, version, engine, precision) (smearwatch_model_info{${OF_MODEL}})`,
              legend: '{{model}}@{{version}} {{precision}} {{engine}}',
            },
          ],
          width: 6,
        },
      ],
    },
  ],
};
