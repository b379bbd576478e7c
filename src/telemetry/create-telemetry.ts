import type { Registry } from 'prom-client';
import { auditEvents } from './audit-events.js';
import { batchEvents } from './batch-events.js';
import { computationEvents } from './computation-events.js';
import { Conditions } from './conditions.js';
import { deliveryEvents } from './delivery-events.js';
import { healthEvents } from './health-events.js';
import { evaluationEvents } from './evaluation-events.js';
import { imageEvents } from './image-events.js';
import { ingestEvents } from './ingest-events.js';
import { labelEvents } from './label-events.js';
import type { Logger } from './log.js';
import { logLosses } from './log-events.js';
import type { LogOutput } from './log-output.js';
import { MetricFactory } from './metrics.js';
import { modelEvents } from './model-events.js';
import { retentionEvents } from './retention-events.js';
import { stageDurations } from './stage-durations.js';
import type { Telemetry } from './telemetry.js';
import type { ThroughputMeter } from './throughput.js';
import { watchEvents } from './watch-events.js';

export interface TelemetryOptions {
  readonly logger: Logger;
  readonly registry: Registry;
  /** Counts every classified image. */
  readonly throughput?: ThroughputMeter;
  /** The output of the logger. */
  readonly output?: Pick<LogOutput, 'reportLosses'>;
}

/** Telemetry that writes to pino and Prometheus. Its methods never throw. */
export function createTelemetry({ logger, registry, throughput, output }: TelemetryOptions): Telemetry {
  const metrics = new MetricFactory(registry);
  const stages = stageDurations(metrics);
  const parts = { logger, metrics, conditions: new Conditions(logger) };
  const telemetry: Telemetry = {
    ...watchEvents(parts),
    ...ingestEvents(parts, stages),
    ...batchEvents(parts, stages),
    ...healthEvents(parts),
    ...imageEvents(logger, metrics, throughput),
    ...modelEvents(logger, metrics),
    ...computationEvents(parts),
    ...deliveryEvents(parts),
    ...retentionEvents(logger, metrics),
    ...labelEvents(parts),
    ...auditEvents(parts),
    ...evaluationEvents(logger, metrics),
  };
  const losses = logLosses(parts);
  output?.reportLosses(losses);
  const errors = metrics.counter('telemetry_errors_total', 'Events that could not be logged or counted.');
  return guarded(telemetry, () => errors.inc());
}

/**
 * Wraps telemetry so that its failures are counted and do not propagate: observing an image must never cost
 * the image.
 */
export function guarded<T extends Partial<Telemetry>>(telemetry: T, onError: () => void): T {
  const methods = Object.entries(telemetry) as [string, (event: unknown) => void][];
  const safe = methods.map(([name, report]) => [
    name,
    (event: unknown): void => {
      try {
        report(event);
      } catch {
        onError();
      }
    },
  ]);
  return Object.fromEntries(safe) as T;
}
