import type { ModelIdentity } from '../record.js';
import type { Logger } from './log.js';
import { seconds, type MetricFactory } from './metrics.js';
import type { Telemetry } from './telemetry.js';

/** Events of models and configuration. */
export function modelEvents(logger: Logger, metrics: MetricFactory) {
  const loading = metrics.gauge('models_load_duration_seconds', 'Time that loading the models in use took.');
  const swaps = metrics.counter(
    'model_swaps_total',
    'Changes of the models in use, by outcome: swapped, or failed (the old models stay in use).',
    ['outcome'],
  );
  for (const outcome of ['swapped', 'failed']) swaps.inc({ outcome }, 0);
  return {
    ...configurationEvents(logger, metrics),
    modelsLoaded({ models, durationMs }) {
      loading.set(seconds(durationMs));
      logger.info({ models: models.map(modelName), durationMs }, 'Models loaded');
    },
    modelsSwapped({ models, durationMs }) {
      swaps.inc({ outcome: 'swapped' });
      loading.set(seconds(durationMs));
      void metrics.keepModels(models);
      logger.info({ models: models.map(modelName), durationMs }, 'Models swapped');
    },
    modelSwapFailed({ error }) {
      swaps.inc({ outcome: 'failed' });
      logger.error({ err: error }, 'Other models could not be put in use; the old ones stay in use');
    },
  } satisfies Partial<Telemetry>;
}

function configurationEvents(logger: Logger, metrics: MetricFactory) {
  const reloads = metrics.counter(
    'configuration_reloads_total',
    'Changed configurations, by outcome: applied or refused.',
    ['outcome'],
  );
  const isCurrent = metrics.gauge(
    'configuration_last_reload_successful',
    '1 if the configuration file is in effect, 0 if its last change was rejected.',
  );
  const since = metrics.gauge(
    'configuration_last_reload_success_timestamp_seconds',
    'When the configuration in effect was applied, Unix time.',
  );
  // Both outcomes exist from the start: a rate over a series that appears with its first event misses that
  // event.
  for (const outcome of ['applied', 'refused']) reloads.inc({ outcome }, 0);
  const inForce = (): void => {
    isCurrent.set(1);
    since.setToCurrentTime();
  };
  return {
    started({ configFile }) {
      inForce();
      // The version is on every line.
      logger.info({ configFile }, 'Started');
    },
    ready(event) {
      // The event's name is a separate field: programs that start the daemon wait for this line.
      logger.info({ event: 'ready', ...event }, 'Ready');
    },
    configurationReloaded({ changed, sha256 }) {
      reloads.inc({ outcome: 'applied' });
      inForce();
      logger.info({ changed, sha256 }, 'Configuration reloaded');
    },
    reloadRefused({ error }) {
      reloads.inc({ outcome: 'refused' });
      isCurrent.set(0);
      logger.error(
        { err: error },
        'The changed configuration was rejected; the previous one stays in effect',
      );
    },
  } satisfies Partial<Telemetry>;
}

function modelName({ name, version, engine, precision, weightsSha256 }: ModelIdentity): string {
  return `${name}@${version} (${engine}, ${precision}, ${weightsSha256.slice(0, 12)})`;
}
