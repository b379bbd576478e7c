import { isDeepStrictEqual } from 'node:util';
import type { AuditDetails, RecordEntry } from '../audit/audit.js';
import { changedOptions } from '../config/changes.js';
import { loadConfig, type LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { codeOf, messageOf, SmearwatchError } from '../errors.js';
import type { PoolOptions } from '../pool/inference-pool.js';
import { resolveModels } from '../model/registry/in-use.js';
import type { ModelServer } from '../pool/model-server.js';
import type { ModelIdentity } from '../record.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { modelDetails } from './load-models.js';

export interface ReloaderParts {
  readonly server: ModelServer;
  readonly telemetry: Pick<
    Telemetry,
    'configurationReloaded' | 'reloadRefused' | 'modelsSwapped' | 'modelSwapFailed'
  >;
  readonly record: RecordEntry;
  /** The configuration in force. */
  readonly current: () => LoadedConfig;
  /** Puts a checked configuration in force; its models already serve. */
  readonly adopt: (next: LoadedConfig) => Promise<void>;
  /** Reads the files that a configuration names, except models, before it takes effect. */
  readonly prepare: (config: Config) => Promise<void>;
  /** Finds and verifies the models that a configuration selects at this moment. */
  readonly poolOptions: (config: Config) => Promise<PoolOptions>;
}

/**
 * Changes configuration and models while images are processed: completely or not at all, one change at a
 * time.
 */
export class Reloader {
  readonly #parts: ReloaderParts;
  #reloading: Promise<void> = Promise.resolve();
  /** The models that a moved label requested last. */
  #tried: readonly ModelIdentity[] = [];

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
  }

  /**
   * Applies the configuration file, or rejects it and reports that; the old configuration then stays in
   * effect. Never rejects.
   */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  /** Resolves when no reload is in progress. */
  async whenIdle(): Promise<void> {
    await this.#reloading;
  }

  /**
   * Swaps to the versions that labels such as `alexnet@production` point at now. A version that was rejected
   * is not tried again. Waits for a running reload: in the middle of one, the models that serve are not those
   * of the configuration in force.
   */
  followLabels(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#followLabels());
    return this.#reloading;
  }

  async #followLabels(): Promise<void> {
    const { server, current } = this.#parts;
    // Temporarily unreadable (a label that is being written, a registry on a share): the next check decides.
    const wanted = await resolveModels(current().config.models).catch(() => undefined);
    if (!wanted || isDeepStrictEqual(wanted, server.models) || isDeepStrictEqual(wanted, this.#tried)) return;
    this.#tried = wanted;
    await this.#reload();
  }

  async #reload(): Promise<void> {
    const { telemetry, record, current, adopt, prepare, poolOptions } = this.#parts;
    try {
      const next = loadConfig(current().file);
      const { changed, needsRestart } = changedOptions(current().config, next.config);
      if (needsRestart.length > 0) throw restartNeeded(next.file, needsRestart);
      await prepare(next.config);
      await this.#swapIfChanged(() => poolOptions(next.config));
      if (changed.length > 0) await adopt(next);
      const applied = { changed, sha256: next.sha256 };
      record({ event: 'configuration-applied', details: applied });
      telemetry.configurationReloaded(applied);
    } catch (error) {
      record({ event: 'configuration-refused', details: reasonOf(error) });
      telemetry.reloadRefused({ error });
    }
  }

  /**
   * Swaps the models if they are not those in use.
   * @throws what kept other models from being put in use; it has been reported already
   */
  async #swapIfChanged(find: () => Promise<PoolOptions>): Promise<void> {
    try {
      await this.#swapTo(await find());
    } catch (error) {
      this.#parts.telemetry.modelSwapFailed({ error });
      throw error;
    }
  }

  async #swapTo(options: PoolOptions): Promise<void> {
    const { server, telemetry, record } = this.#parts;
    const isSame =
      isDeepStrictEqual(
        options.models.map(({ identity }) => identity),
        server.models,
      ) &&
      options.workers === server.workers.configured &&
      options.taskTimeoutMs === server.taskTimeoutMs &&
      options.kernels === server.kernels;
    if (isSame) return;
    const start = performance.now();
    await server.swap(options);
    record({ event: 'models-swapped', details: modelDetails(server.models) });
    telemetry.modelsSwapped({ models: server.models, durationMs: performance.now() - start });
  }
}

function reasonOf(error: unknown): AuditDetails {
  // The log would otherwise contain a configuration with a mistake on every line as a whole.
  return { code: codeOf(error), reason: messageOf(error).slice(0, 4000) };
}

function restartNeeded(file: string, options: readonly string[]): SmearwatchError {
  return new SmearwatchError(
    'restart-needed',
    `${file}: ${options.join(', ')} cannot change while the daemon runs`,
  );
}
