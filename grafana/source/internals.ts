import type { DashboardSpec } from './dashboard.js';
import { OF_DAEMON, OF_SCANNER } from './variables.js';

const INTERVAL = '$__rate_interval';

export const internals: DashboardSpec = {
  id: 'internals',
  title: 'Internals',
  question: 'What is the matter with it?',
  rows: [
    {
      title: 'The process',
      panels: [
        {
          title: 'Memory',
          description:
            'Share of what the process may use. It rises for some hours after a start, then stays.',
          unit: 'percentunit',
          as: 'lines',
          alert: 'SmearwatchMemoryHigh',
          queries: [{ expr: `instance:smearwatch_memory:ratio{${OF_DAEMON}}`, legend: '{{instance}}' }],
        },
        {
          title: 'Memory in bytes',
          description: "The whole process, and JavaScript's part of it.",
          unit: 'bytes',
          as: 'lines',
          next: 'runbooks/SmearwatchMemoryHigh.md',
          queries: [
            {
              expr: `process_resident_memory_bytes{job="smearwatch", ${OF_DAEMON}}`,
              legend: '{{instance}} process',
            },
            {
              expr: `nodejs_heap_size_used_bytes{job="smearwatch", ${OF_DAEMON}}`,
              legend: '{{instance}} heap',
            },
          ],
        },
        {
          title: 'Processors in use',
          description: 'Seconds of processor time a second: at most the number of cores.',
          unit: 'short',
          as: 'lines',
          next: 'monitoring.md',
          queries: [
            {
              expr: `rate(process_cpu_seconds_total{job="smearwatch", ${OF_DAEMON}}[${INTERVAL}])`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Event loop delay, p99',
          description:
            'How long the main thread keeps others waiting. Inference is in threads of its own, so this stays well below a second.',
          unit: 's',
          as: 'lines',
          next: 'runbooks/SmearwatchStalled.md',
          queries: [
            {
              expr: `nodejs_eventloop_lag_p99_seconds{job="smearwatch", ${OF_DAEMON}}`,
              legend: '{{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'The ledger',
      panels: [
        {
          title: 'Commits, p95',
          description: 'How long the disk takes to make a transaction durable.',
          unit: 's',
          as: 'lines',
          next: 'runbooks/SmearwatchLedgerWriteFailing.md',
          queries: [
            {
              expr: `histogram_quantile(0.95, sum by (instance, le) (rate(smearwatch_ledger_commit_duration_seconds_bucket{${OF_DAEMON}}[${INTERVAL}])))`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Size',
          description: 'The ledger, and its write-ahead log, which stays below about 64 MiB.',
          unit: 'bytes',
          as: 'lines',
          next: 'runbooks/SmearwatchDiskLow.md',
          queries: [
            { expr: `smearwatch_ledger_size_bytes{${OF_DAEMON}}`, legend: '{{instance}} ledger' },
            {
              expr: `smearwatch_ledger_wal_size_bytes{${OF_DAEMON}}`,
              legend: '{{instance}} write-ahead log',
            },
          ],
        },
        {
          title: 'Ledger',
          description: 'Whether it can be written, so that new images can enter the queue.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchLedgerWriteFailing',
          queries: [{ expr: `smearwatch_ledger_writable{${OF_DAEMON}}`, legend: '{{instance}}' }],
          words: { 0: 'not writable', 1: 'writable' },
        },
        {
          title: 'Writes that failed, in ten minutes',
          description: 'They are repeated until they succeed.',
          unit: 'short',
          as: 'lines',
          alert: 'SmearwatchLedgerWriteFailing',
          queries: [
            {
              expr: `increase(smearwatch_ledger_write_failures_total{${OF_DAEMON}}[10m])`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Audit trail',
          description: 'Whether it can be written.',
          unit: 'short',
          as: 'stat',
          alert: 'SmearwatchAuditNotWritable',
          queries: [{ expr: `smearwatch_audit_writable{${OF_DAEMON}}`, legend: '{{instance}}' }],
          words: { 0: 'not writable', 1: 'writable' },
        },
      ],
    },
    {
      title: 'Folders',
      panels: [
        {
          title: 'Failures of watching, in an hour',
          description: 'By scanner. Periodic rescans find images where the folder can be read.',
          unit: 'short',
          as: 'lines',
          alert: 'SmearwatchWatchErrors',
          queries: [
            {
              expr: `sum by (scanner) (increase(smearwatch_watch_errors_total{${OF_SCANNER}}[1h]))`,
              legend: '{{scanner}}',
            },
          ],
        },
        {
          title: 'Found by rescans alone, in an hour',
          description:
            'Files that no event announced. Many of them: events do not arrive, so set watch: polling.',
          unit: 'short',
          as: 'lines',
          next: 'runbooks/SmearwatchWatchErrors.md',
          queries: [
            {
              expr: `sum by (scanner) (increase(smearwatch_rescan_missed_files_total{${OF_SCANNER}}[1h]))`,
              legend: '{{scanner}}',
            },
          ],
        },
        {
          title: 'Rescans, mean',
          description: 'Time to read a whole folder again.',
          unit: 's',
          as: 'lines',
          next: 'runbooks/SmearwatchWatchErrors.md',
          queries: [
            {
              expr: `sum by (scanner) (rate(smearwatch_rescan_duration_seconds_sum{${OF_SCANNER}}[10m])) / sum by (scanner) (rate(smearwatch_rescan_duration_seconds_count{${OF_SCANNER}}[10m]))`,
              legend: '{{scanner}}',
            },
          ],
        },
        {
          title: 'Files in the folder',
          description:
            'That the last rescan saw. Hundreds of thousands make rescans slow: let afterwards move them.',
          unit: 'short',
          as: 'lines',
          next: 'configuration.md',
          queries: [{ expr: `smearwatch_rescan_files{${OF_SCANNER}}`, legend: '{{scanner}}' }],
        },
      ],
    },
    {
      title: 'Repairs',
      panels: [
        {
          title: 'Repeated work, in an hour',
          description:
            'Batches that failed as a whole, replaced workers, attempts at images that are repeated.',
          unit: 'short',
          as: 'lines',
          next: 'runbooks/SmearwatchWorkerMissing.md',
          queries: [
            { expr: `sum(increase(smearwatch_batch_failures_total{${OF_DAEMON}}[1h]))`, legend: 'batches' },
            { expr: `sum(increase(smearwatch_worker_restarts_total{${OF_DAEMON}}[1h]))`, legend: 'workers' },
            { expr: `sum(increase(smearwatch_image_retries_total{${OF_SCANNER}}[1h]))`, legend: 'images' },
          ],
        },
        {
          title: 'What runs',
          description: 'Version of Smearwatch and of Node, operating system, processor.',
          unit: 'short',
          as: 'table',
          next: 'monitoring.md',
          queries: [{ expr: `smearwatch_build_info{${OF_DAEMON}}`, legend: '{{instance}} {{version}}' }],
        },
      ],
    },
  ],
};
