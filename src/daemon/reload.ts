import { isDeepStrictEqual } from 'node:util';
import { changedOptions } from '../config/changes.js';
import { loadConfig, type LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { SmearwatchError } from '../errors.js';
import type { PoolOptions } from '../pool/inference-pool.js';
import type { ModelServer } from '../pool/model-server.js';
import type { Telemetry } from '../telemetry/telemetry.js';

export interface ReloadParts {
  readonly server: ModelServer;
  readonly telemetry: Telemetry;
  /** Finds and verifies the models that a configuration means now. */
  readonly poolOptions: (config: Config) => Promise<PoolOptions>;
}

/**
 * Reads the configuration again, checks all of it, and swaps the pool when the models, their labels' targets or the
 * workers have changed. Whatever is wrong, the running configuration and models go on as they were.
 * @returns what is in force from now on; undefined when nothing changed or it was refused
 */
export async function applyReload(
  current: LoadedConfig,
  parts: ReloadParts,
): Promise<LoadedConfig | undefined> {
  const { telemetry, server } = parts;
  try {
    const next = loadConfig(current.file);
    const { changed, needsRestart } = changedOptions(current.config, next.config);
    if (needsRestart.length > 0) throw restartNeeded(current.file, needsRestart);
    await swapIfChanged(server, await parts.poolOptions(next.config), telemetry);
    telemetry.configurationReloaded({ changed });
    return changed.length > 0 ? next : undefined;
  } catch (error) {
    telemetry.reloadRefused({ error });
    return undefined;
  }
}

async function swapIfChanged(server: ModelServer, options: PoolOptions, telemetry: Telemetry): Promise<void> {
  const identities = options.models.map(({ identity }) => identity);
  const isSame =
    isDeepStrictEqual(identities, server.models) &&
    options.workers === server.workers.configured &&
    options.taskTimeoutMs === server.taskTimeoutMs;
  if (isSame) return;
  const start = performance.now();
  await server.swap(options);
  telemetry.modelsSwapped({ models: server.models, durationMs: performance.now() - start });
}

function restartNeeded(file: string, options: readonly string[]): SmearwatchError {
  return new SmearwatchError(`${file}: ${options.join(', ')} cannot change while the daemon runs`, {
    code: 'restart-needed',
    kind: 'configuration',
    hint: 'Restart the daemon to take this configuration over; nothing is lost by a restart.',
  });
}
