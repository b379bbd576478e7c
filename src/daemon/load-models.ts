import type { AuditDetails } from '../audit/audit.js';
import { availableCores } from '../available-cores.js';
import type { Config } from '../config/schema.js';
import { ledgerFile } from '../ledger/ledger.js';
import { loadModelSpecs } from '../model/registry/in-use.js';
import type { PoolOptions } from '../pool/inference-pool.js';
import { ModelServer } from '../pool/model-server.js';
import type { ModelIdentity } from '../record.js';
import type { DaemonParts } from './daemon-parts.js';
import type { State } from './open-state.js';

const WORKER_FILE = new URL('../pool/worker/worker.js', import.meta.url);

/**
 * Second phase of the start: the workers have loaded the models and have classified an image.
 * @throws SmearwatchError as `ModelServer.start`
 */
export async function loadModels(state: State): Promise<ModelServer> {
  const { inForce, opened, tally, telemetry, record } = state;
  const loadingAt = performance.now();
  const options = await poolOptions(state, inForce.loaded.config);
  const server = await ModelServer.start({ ...options, signal: opened.closing });
  // Batches whose files were returned to the queue are not waited for.
  opened.add('workers', () => (tally.returnedToQueue > 0 ? server.destroy() : server.close()), Infinity);
  record({ event: 'models-loaded', details: modelDetails(server.models) });
  telemetry.modelsLoaded({ models: server.models, durationMs: performance.now() - loadingAt });
  return server;
}

/** Finds and verifies the models that a configuration selects at this moment. */
export async function poolOptions(
  { telemetry, stuck }: DaemonParts,
  { models, pool, stateFolder }: Config,
): Promise<PoolOptions> {
  const workers = pool.workers ?? availableCores();
  return {
    workerFile: WORKER_FILE,
    workers,
    models: await loadModelSpecs(models),
    ledgerFile: ledgerFile(stateFolder),
    taskTimeoutMs: pool.taskTimeoutMs,
    kernels: pool.kernels,
    onModelLoaded: (model, how) => telemetry.modelComputed({ model, ...how }),
    onWorkerLost: (reason) => telemetry.workerRestarted({ reason }),
    onWorkerMissing: (error, retryMs) => telemetry.workerMissing({ error, retryMs }),
    onWorkerFound: () => telemetry.workerFound(),
    onWorkerStuck: (whenEnded) => stuck.add(whenEnded, workers),
  };
}

/** The models in use, as they appear in entries of the audit trail. */
export function modelDetails(models: readonly ModelIdentity[]): AuditDetails {
  return {
    models: models.map(({ name, version, engine, precision, weightsSha256 }) => ({
      model: `${name}@${version}`,
      engine,
      precision,
      weightsSha256,
    })),
  };
}
