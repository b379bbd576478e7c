import type { Registry } from 'prom-client';
import { MetricFactory, modelLabels, MODEL_LABELS, seconds } from './metrics.js';
import type { StateReader } from './readers.js';

/** Registers the gauges that are read from the daemon's state at every scrape. */
export function collectState(registry: Registry, state: StateReader): void {
  const metrics = new MetricFactory(registry);
  collectWork(metrics, state);
  collectWorkers(metrics, state);
  collectLedger(metrics, state);
  collectScanners(metrics, state);
  metrics.observed(
    'outbox_records',
    'Results that a sink has not received yet.',
    (gauge) => {
      for (const [sink, records] of Object.entries(state.outbox())) gauge.set({ sink }, records);
    },
    ['sink'],
  );
  metrics.observed(
    'model_info',
    'The models in use; the value is always 1.',
    (gauge) => {
      for (const model of state.models()) {
        const { precision, weightsSha256 } = model;
        gauge.set({ ...modelLabels(model), precision, weights_sha256: weightsSha256 }, 1);
      }
    },
    [...MODEL_LABELS, 'precision', 'weights_sha256'],
  );
  metrics.observed(
    'computation_info',
    'Computation of the models in use; the value is always 1.',
    (gauge) => {
      for (const model of state.models())
        for (const { computation, engineVersion } of model.computations)
          gauge.set({ ...modelLabels(model), computation, engine_version: engineVersion }, 1);
    },
    [...MODEL_LABELS, 'computation', 'engine_version'],
  );
}

function collectLedger(metrics: MetricFactory, state: StateReader): void {
  metrics.observed('ledger_size_bytes', 'Size of the ledger, without its write-ahead log.', (gauge) =>
    gauge.set(state.ledgerBytes().database),
  );
  metrics.observed(
    'ledger_wal_size_bytes',
    'Size of the write-ahead log: it keeps its largest size so far, up to 64 MiB.',
    (gauge) => gauge.set(state.ledgerBytes().writeAheadLog),
  );
  metrics.observed(
    'ledger_writable',
    '1 while the ledger can be written, 0 after a write that failed: no new images enter the queue.',
    (gauge) => gauge.set(state.ledgerWritable() ? 1 : 0),
  );
}

function collectScanners(metrics: MetricFactory, state: StateReader): void {
  metrics.observed(
    'scanner_ready',
    '1 while the images in a scanner folder are taken in, 0 while the folder is not read to its end by rescans.',
    (gauge) => {
      for (const [scanner, isReady] of Object.entries(state.scannersReady()))
        gauge.set({ scanner }, isReady ? 1 : 0);
    },
    ['scanner'],
  );
}

function collectWork(metrics: MetricFactory, state: StateReader): void {
  metrics.observed(
    'work_images',
    'Images in the ledger by state: queued, running, done, quarantined.',
    (gauge) => {
      const { queued, running, done, quarantined } = state.work();
      for (const [name, images] of Object.entries({ queued, running, done, quarantined })) {
        gauge.set({ state: name }, images);
      }
    },
    ['state'],
  );
  metrics.observed(
    'work_oldest_age_seconds',
    'Age of the oldest image that waits or is in progress, otherwise 0.',
    (gauge) => gauge.set(seconds(state.work().oldestMs)),
  );
  metrics.observed('in_flight_images', 'Images between the queue and their result.', (gauge) =>
    gauge.set(state.inFlight()),
  );
}

function collectWorkers(metrics: MetricFactory, state: StateReader): void {
  metrics.observed('workers_configured', 'Inference workers that are configured.', (gauge) =>
    gauge.set(state.workers().configured),
  );
  metrics.observed('workers_alive', 'Inference workers that are running.', (gauge) =>
    gauge.set(state.workers().alive),
  );
  metrics.observed('workers_missing', 'Inference workers that are configured but not running.', (gauge) => {
    const { configured, alive } = state.workers();
    gauge.set(Math.max(0, configured - alive));
  });
  metrics.observed(
    'workers_stuck',
    'Threads that were given up and are still held by native code; only a restart ends them.',
    (gauge) => gauge.set(state.workers().stuck),
  );
  metrics.observed('workers_busy', 'Inference workers that are busy.', (gauge) =>
    gauge.set(state.workers().busy),
  );
}
