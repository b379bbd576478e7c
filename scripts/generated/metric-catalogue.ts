import { Registry, type MetricObject } from 'prom-client';
import { createTelemetry } from '../../src/telemetry/create-telemetry.js';
import { createLogger } from '../../src/telemetry/log.js';
import { createRegistry } from '../../src/telemetry/prometheus.js';
import { collectQuality } from '../../src/telemetry/quality-collector.js';
import { collectState } from '../../src/telemetry/state-collector.js';
import type { QualityReader, StateReader } from '../../src/telemetry/readers.js';

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly meaning: string;
}

/**
 * Every metric of /metrics, by name. Nothing is written down twice: they are made as the daemon makes them,
 * and asked what they are.
 */
export function metricCatalogue(): MetricDescription[] {
  return [...describe(ownMetrics()), ...describe(createRegistry({ version: '' }))]
    .filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function ownMetrics(): Registry {
  const registry = new Registry();
  const logger = createLogger({ level: 'error', version: '', stream: { write: () => undefined } });
  createTelemetry({ logger, registry });
  collectState(registry, NOTHING);
  collectQuality(registry, NOTHING);
  return registry;
}

/** What prom-client's metrics have, and its types do not say. */
type Described = MetricObject & Pick<MetricDescription, 'type'> & { readonly labelNames: readonly string[] };

function describe(registry: Registry): MetricDescription[] {
  return (registry.getMetricsAsArray() as unknown as Described[]).map(({ name, type, labelNames, help }) => ({
    name,
    type,
    labels: labelNames,
    meaning: help,
  }));
}

const NOTHING: StateReader & QualityReader = {
  work: () => ({ queued: 0, running: 0, done: 0, quarantined: 0, oldestMs: 0 }),
  workers: () => ({ configured: 0, alive: 0, busy: 0, stuck: 0 }),
  outbox: () => ({}),
  models: () => [],
  inFlight: () => 0,
  ledgerBytes: () => ({ database: 0, writeAheadLog: 0 }),
  ledgerWritable: () => true,
  scannersReady: () => ({}),
  accuracy: () => [],
  waitingLabels: () => 0,
  modelDrift: () => [],
  scannerDrift: () => [],
};
