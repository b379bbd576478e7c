import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import type { RecordEntry } from '../audit/audit.js';
import { AuditRecorder } from '../audit/recorder.js';
import type { Config } from '../config/schema.js';
import { DeliveryManager, sinksOf } from '../deliver/delivery-manager.js';
import { systemClock } from '../evaluate/planned/clock.js';
import { evaluateFolders } from '../evaluate/planned/evaluate-folders.js';
import { PlannedEvaluations, type PlannedEvaluationsParts } from '../evaluate/planned/planned-evaluations.js';
import { Ledger } from '../ledger/ledger.js';
import type { ModelSpec } from '../model/registry/in-use.js';
import { collectQuality } from '../telemetry/quality-collector.js';
import { collectState } from '../telemetry/state-collector.js';
import { SOFTWARE } from '../version.js';
import type { DaemonParts } from './daemon-parts.js';
import { removeHttpAddress, writeHttpAddress } from './http-address.js';
import { startHttpServer } from './http/server.js';
import type { OpenParts } from './open-parts.js';
import { Quality } from './quality.js';
import { ServiceManager } from './service-manager.js';
import { StatusBoard } from './status-board.js';

/** What is open before the models are loaded: enough to answer requests. */
export type State = Awaited<ReturnType<typeof openState>>;

const WRITER_FILE = new URL('../deliver/writer-thread.js', import.meta.url);

/**
 * First phase of the start: the ledger, the audit trail and the HTTP server are open, and files that the last
 * run left unfinished are queued again.
 * @throws SmearwatchError of the part that cannot be opened
 */
export async function openState(parts: DaemonParts) {
  const startedAtMs = performance.now();
  const { inForce, opened, telemetry, registry } = parts;
  const config = (): Config => inForce.loaded.config;
  const serviceManager = openServiceManager(parts, () => board.serving.health.isWell);
  const ledger = openLedger(parts);
  const audit = openAuditTrail(parts);
  const record: RecordEntry = (entry) => audit.record(entry);
  for (const file of ledger.suspects.blame()) telemetry.imageQuarantined(file);
  ledger.queue.recover();
  const plan = { clock: systemClock, config, evaluate: evaluateFolders, telemetry, record };
  const evaluations = openEvaluations(opened, plan);
  const board = new StatusBoard({ parts, ledger, audit, evaluations });
  // Emits `progress` when a file ended or a result was delivered, and every second, since a pause emits no
  // event.
  const events = new EventEmitter();
  const onProgress = (): unknown => events.emit('progress');
  const { outbox } = ledger;
  const delivery = new DeliveryManager({ outbox, telemetry, writerFile: WRITER_FILE, onProgress });
  const models = (): readonly ModelSpec[] => board.serving.server.specs;
  const quality = new Quality({ ledger, telemetry, record, config, models });
  // Reads the files that a configuration names, except models, before it takes effect.
  const prepare = async (next: Config): Promise<void> => {
    await quality.prepare(next);
    await delivery.prepare(next);
  };
  collectState(registry, board);
  collectQuality(registry, quality);
  telemetry.intakeConfigured(namesIn(config()));
  await prepare(config());
  const url = config().http.enabled ? await openHttp(parts, board, quality) : undefined;
  return {
    ...parts,
    startedAtMs,
    config,
    prepare,
    ledger,
    record,
    evaluations,
    delivery,
    quality,
    board,
    serviceManager,
    events,
    url,
  };
}

/** Names that have a series in the metrics from the start. */
export function namesIn({ scanners, sinks }: Config): { scanners: string[]; sinks: string[] } {
  return { scanners: scanners.map(({ name }) => name), sinks: sinks.map(({ name }) => name) };
}

function openServiceManager({ opened, telemetry }: DaemonParts, isWell: () => boolean): ServiceManager {
  const onError = (error: unknown): void => telemetry.serviceManagerFailed({ error });
  const serviceManager = new ServiceManager({ environment: process.env, isWell, onError });
  opened.closing.addEventListener('abort', () => serviceManager.stopping());
  opened.add('systemd', () => serviceManager.close());
  return serviceManager;
}

function openLedger({ inForce, opened, telemetry }: DaemonParts): Ledger {
  const ledger = Ledger.own(
    inForce.loaded.config.stateFolder,
    (scanner) => sinksOf(inForce.loaded.config, scanner),
    (durationMs) => telemetry.ledgerCommitted({ durationMs }),
  );
  opened.add('ledger', () => ledger.close());
  return ledger;
}

/**
 * Records the start now and the stop at the end, both while this daemon owns the state folder. The entry of
 * the next start therefore follows that of this stop.
 */
function openAuditTrail({ inForce, opened, telemetry, tally }: DaemonParts): AuditRecorder {
  const { config, file, sha256 } = inForce.loaded;
  const audit = new AuditRecorder({ stateFolder: config.stateFolder, telemetry });
  opened.add('audit trail', () => {
    audit.record({ event: 'daemon-stopped', details: { ...tally } });
    telemetry.stopped(tally);
    audit.close();
  });
  const previousRun = audit.previousRun();
  const where = { version: SOFTWARE.version, node: process.version, host: hostname(), pid: process.pid };
  const details = { ...where, configuration: { file, sha256 }, previousRun };
  audit.record({ event: 'daemon-started', details });
  return audit;
}

/**
 * Opens planned evaluations. They begin to stop when the other parts do, and the stop waits for them last.
 */
function openEvaluations(opened: OpenParts, parts: PlannedEvaluationsParts): PlannedEvaluations {
  const evaluations = new PlannedEvaluations(parts);
  opened.closing.addEventListener('abort', () => void evaluations.stop());
  opened.add('planned evaluations', () => evaluations.stop());
  return evaluations;
}

async function openHttp(
  { inForce, opened, registry }: DaemonParts,
  source: StatusBoard,
  quality: Quality,
): Promise<string> {
  const { http, stateFolder } = inForce.loaded.config;
  const server = await startHttpServer({ ...http, registry, source, changes: quality.changes(http) });
  opened.add('HTTP', () => {
    removeHttpAddress(stateFolder);
    return server.close();
  });
  writeHttpAddress(stateFolder, { host: http.host, port: server.port });
  return server.url;
}
