import type { AuditRecorder } from '../audit/recorder.js';
import type { PlannedEvaluations } from '../evaluate/planned/planned-evaluations.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Ingest } from '../pipeline/ingest.js';
import type { ModelServer } from '../pool/model-server.js';
import type { ModelInUse } from '../record.js';
import type { StateReader, WorkCounts } from '../telemetry/readers.js';
import { SOFTWARE } from '../version.js';
import type { DaemonParts } from './daemon-parts.js';
import type { Health } from './health.js';
import type { DaemonStatus, DecoderCounts, Readiness, StatusSource } from './http/status.js';
import type { ScannerIntake } from './scanner-intake.js';

/** The parts that need the models. Placeholders answer until the models are loaded. */
export interface Serving {
  readonly server: Pick<ModelServer, 'specs' | 'modelsInUse' | 'workers'>;
  readonly ingest: Pick<Ingest, 'inFlight'>;
  readonly health: Pick<Health, 'isWell' | 'reasons'>;
  readonly intake: Pick<ScannerIntake, 'status'>;
}

const LOADING: Serving = {
  server: { specs: [], modelsInUse: [], workers: { configured: 0, alive: 0, busy: 0 } },
  ingest: { inFlight: 0 },
  health: { isWell: true, reasons: () => ['loading models'] },
  intake: { status: () => ({ unsettled: 0, rescannedAt: undefined, problem: undefined }) },
};

export interface StatusBoardParts {
  readonly parts: DaemonParts;
  readonly ledger: Ledger;
  readonly audit: Pick<AuditRecorder, 'status'>;
  readonly evaluations: Pick<PlannedEvaluations, 'status'>;
}

/** Data that HTTP and metrics read, in every phase of the daemon. */
export class StatusBoard implements StatusSource, StateReader {
  /** Replaced once, when the models are loaded. */
  serving = LOADING;
  /** Images classified since the start, by decoder. */
  readonly decoded: DecoderCounts = {};
  readonly #source: StatusBoardParts;
  readonly #startedAt = new Date();

  constructor(source: StatusBoardParts) {
    this.#source = source;
  }

  ready(): Readiness {
    const { opened, stuck } = this.#source.parts;
    const { damage, problem } = this.#source.ledger;
    const reasons = [
      ...(opened.closing.aborted ? ['stopping'] : []),
      ...this.serving.health.reasons(),
      ...(stuck.count > 0 ? [`${stuck.count} threads are held by native code until the next restart`] : []),
    ];
    if (damage !== undefined) reasons.push(`the ledger is damaged (${damage}): see smearwatch ledger repair`);
    else if (problem !== undefined) reasons.push(`not taken in: the ledger cannot be written (${problem})`);
    return { ready: reasons.length === 0, reasons };
  }

  status(): DaemonStatus {
    const { parts, audit, evaluations } = this.#source;
    const { config, file, sha256 } = parts.inForce.loaded;
    return {
      version: SOFTWARE.version,
      startedAt: this.#startedAt.toISOString(),
      uptimeSeconds: (Date.now() - this.#startedAt.getTime()) / 1000,
      configuration: { file, sha256 },
      models: this.models(),
      decoding: { decoder: config.pipeline.decoder, images: this.decoded },
      audit: audit.status,
      evaluations: evaluations.status,
      work: this.work(),
      workers: this.workers(),
      outbox: this.#source.ledger.outbox.counts(),
      inFlight: this.inFlight(),
      imagesPerSecond: parts.throughput.perSecond(),
      scanners: config.scanners.map(({ name, folder }) => ({
        name,
        folder,
        ...this.serving.intake.status(name),
      })),
    };
  }

  work(): WorkCounts {
    return this.#source.ledger.queue.counts();
  }

  workers(): DaemonStatus['workers'] {
    return { ...this.serving.server.workers, stuck: this.#source.parts.stuck.count };
  }

  models(): readonly ModelInUse[] {
    return this.serving.server.modelsInUse;
  }

  inFlight(): number {
    return this.serving.ingest.inFlight;
  }

  /** Results owed to each sink; a sink that is owed none has a series too. */
  outbox(): Record<string, number> {
    const { sinks } = this.#source.parts.inForce.loaded.config;
    return {
      ...Object.fromEntries(sinks.map(({ name }) => [name, 0])),
      ...this.#source.ledger.outbox.counts(),
    };
  }

  ledgerBytes(): ReturnType<StateReader['ledgerBytes']> {
    return this.#source.ledger.bytes();
  }

  ledgerWritable(): boolean {
    return this.#source.ledger.problem === undefined;
  }

  scannersReady(): Record<string, boolean> {
    const { scanners } = this.#source.parts.inForce.loaded.config;
    return Object.fromEntries(
      scanners.map(({ name }) => [name, this.serving.intake.status(name).problem === undefined]),
    );
  }
}
