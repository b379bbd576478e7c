import type { Registry } from 'prom-client';
import { COMPUTATIONS, KERNEL_FALLBACKS } from '../../src/engine.js';
import { CELL_CLASSES, DECODER_FALLBACKS, DECODERS } from '../../src/images.js';
import { REVIEW_REASONS, type ModelIdentity } from '../../src/record.js';
import { createTelemetry } from '../../src/telemetry/create-telemetry.js';
import { createLogger } from '../../src/telemetry/log.js';
import { createRegistry } from '../../src/telemetry/prometheus.js';
import { collectQuality } from '../../src/telemetry/quality-collector.js';
import { collectState } from '../../src/telemetry/state-collector.js';
import type { QualityReader, StateReader } from '../../src/telemetry/readers.js';
import { STAGES, type EvaluationFigures, type Telemetry } from '../../src/telemetry/telemetry.js';

export const SCANNERS = Array.from({ length: 8 }, (_, index) => `scanner-${index + 1}`);
export const SINKS = ['json', 'ndjson', 'archive', 'afterwards'];
/** More reasons than there are in the code. */
const REASONS = Array.from({ length: 40 }, (_, index) => `reason-${'x'.repeat(index)}`);
const COMPUTED = { computedBy: { computation: 'smearwatch-front', engineVersion: '1' } } as const;
const DURATION = { durationMs: 12 };

export function modelsOf(version: number): ModelIdentity[] {
  return ['alexnet', 'lenet5', 'torch', 'keras'].map((name) => ({
    name,
    version: String(version),
    weightsSha256: 'a'.repeat(64),
    engine: 'onnxruntime',
    precision: 'fp32',
  }));
}

const MODELS = modelsOf(1);

/**
 * A hospital with eight scanners, four sinks and four models, where every event has happened: all series
 * exist.
 */
export function hospital(): { registry: Registry; telemetry: Telemetry } {
  const registry = createRegistry({ version: '1.2.3' });
  const logger = createLogger({ level: 'error', version: '1.2.3', stream: { write: () => undefined } });
  const telemetry = createTelemetry({ logger, registry });
  collectState(registry, STATE);
  collectQuality(registry, QUALITY);
  tellLife(telemetry);
  for (const scanner of SCANNERS) tellScanner(telemetry, scanner);
  for (const sink of SINKS) tellSink(telemetry, sink);
  tellImages(telemetry, MODELS);
  tellTrouble(telemetry);
  return { registry, telemetry };
}

export function tellImages(telemetry: Telemetry, models: readonly ModelIdentity[]): void {
  telemetry.batchClassified({ images: 16, perModel: models.map((model) => ({ model, ...DURATION })) });
  for (const scanner of SCANNERS)
    for (const name of CELL_CLASSES)
      telemetry.imageRecorded({
        scanner,
        outcome: 'classified',
        predictions: models.map((model) => ({ ...model, class: name, probabilities: { [name]: 0.9 } })),
        reviewReasons: REVIEW_REASONS,
        latencyMs: 900,
      });
}

function tellLife(telemetry: Telemetry): void {
  telemetry.started({ configFile: 'smearwatch.yaml' });
  telemetry.intakeConfigured({ scanners: SCANNERS, sinks: SINKS });
  telemetry.modelsLoaded({ models: MODELS, ...DURATION });
  for (const model of MODELS)
    for (const reason of KERNEL_FALLBACKS)
      telemetry.modelComputed({ model, ...COMPUTED, fallback: { reason, message: 'no' } });
  for (const decoder of DECODERS)
    for (const fallback of DECODER_FALLBACKS)
      telemetry.imageDecoded({ scanner: 'left', path: 'a.png', decoder, fallback });
  telemetry.ready({ url: undefined, ...DURATION });
  for (const stage of STAGES) telemetry.stageFinished({ stage, ...DURATION });
  telemetry.ledgerCommitted(DURATION);
  telemetry.ledgerPruned({ files: 2, results: 1 });
  telemetry.auditAppended({ sequence: 1, hash: 'a', event: 'e', actor: 'a', details: '{}' });
  const disks = [
    'ledger',
    ...SINKS.map((sink) => `sink-${sink}`),
    ...SCANNERS.map((name) => `images-${name}`),
  ];
  telemetry.disksMeasured({ disks: disks.map((disk) => ({ disk, freeBytes: 1e10 })), minFreeBytes: 1e9 });
  telemetry.evaluationPlanned({ nextMs: Date.now(), lost: 0 });
  telemetry.evaluationStarted({ run: 'r', attempt: 1, madeUp: false });
  telemetry.evaluationFinished({ run: 'r', outcome: 'ok', ...FIGURES });
}

const FIGURES: EvaluationFigures = {
  finishedAt: '2026-01-02T03:04:05.678Z',
  durationMs: 60_000,
  sets: ['cells', 'rare', 'synthetic'].map((set) => ({
    set,
    images: 900,
    gates: Array.from({ length: 10 }, (_, index) => ({ gate: `gate ${index}`, passed: true })),
    models: MODELS.map((model) => ({
      model,
      figures: {
        shareRight: 0.9,
        accuracy: 0.9,
        precision: 0.9,
        recall: 0.9,
        fMeasure: 0.9,
        quadraticLoss: 0.1,
        expectedCalibrationError: 0.1,
      },
      classRecall: Object.fromEntries(CELL_CLASSES.map((name) => [name, 0.9])),
    })),
  })),
};

function tellScanner(telemetry: Telemetry, scanner: string): void {
  const file = { scanner, path: 'a/b.png' };
  telemetry.fileSettled({ ...file, waitedMs: 1000 });
  telemetry.rescanFinished({ scanner, files: 9, missed: 0, unreadable: 0, ...DURATION });
  telemetry.watchFailed({ scanner, error: Object.assign(new Error('no'), { code: 'ENOSPC' }) });
  telemetry.labelFilesFailed({ scanner, error: new Error('no') });
  telemetry.fileDisposalFailed({ ...file, error: new Error('no') });
  for (const action of ['move', 'delete'] as const) telemetry.fileDisposed({ ...file, action });
  for (const source of ['folder', 'file'])
    telemetry.labelRefused({ source, scanner, name: 'n', reason: 'r' });
  for (const code of REASONS) {
    telemetry.imageRetried({ ...file, code, reason: 'r', attempt: 1 });
    telemetry.imageQuarantined({ ...file, code, reason: 'r' });
  }
}

function tellSink(telemetry: Telemetry, sink: string): void {
  telemetry.delivered({ sink, records: 3, ...DURATION });
  telemetry.deliveryFailed({ sink, error: new Error('no') });
  telemetry.documentsPruned({ sink, documents: 3 });
  telemetry.documentPruningFailed({ sink, error: new Error('no') });
}

function tellTrouble(telemetry: Telemetry): void {
  const error = new Error('no');
  for (const stage of ['claim', 'decode', 'batch', 'pool', 'record'])
    telemetry.pipelineStalled({ stage, idleMs: 1, inFlight: 1 });
  for (const status of [400, 401, 403, 413, 415, 429, 500, 503])
    telemetry.changeRefused({ status, reason: 'r', address: '10.0.0.1' });
  for (const source of ['folder', 'file', 'command', 'http'])
    for (const outcome of ['set', 'changed', 'unchanged', 'waiting'])
      telemetry.labelsGiven({ source, labels: [{ class: 'lymphocyte', by: 'Weber', outcome }] });
  telemetry.batchFailed({ images: 1, error });
  telemetry.workerRestarted({ reason: 'r' });
  telemetry.stopping({ reason: 'SIGTERM' });
}

const STATE: StateReader = {
  work: () => ({ queued: 10, running: 2, done: 30, quarantined: 1, oldestMs: 2500 }),
  workers: () => ({ configured: 4, alive: 3, busy: 2, stuck: 0 }),
  outbox: () => Object.fromEntries(SINKS.map((sink) => [sink, 3])),
  models: () =>
    MODELS.map((model) => ({
      ...model,
      computations: COMPUTATIONS.map((computation) => ({ computation, engineVersion: '1', workers: 1 })),
    })),
  inFlight: () => 18,
  ledgerBytes: () => ({ database: 1, writeAheadLog: 1 }),
  ledgerWritable: () => true,
  scannersReady: () => Object.fromEntries(SCANNERS.map((scanner) => [scanner, true])),
};

const QUALITY: QualityReader = {
  waitingLabels: () => 1,
  accuracy: () =>
    MODELS.map((model) => ({
      model,
      images: 500,
      accuracy: 0.9,
      gate: 0.9,
      perClass: CELL_CLASSES.map((name) => ({ class: name, precision: 0.9, recall: 0.9 })),
      confusion: CELL_CLASSES.flatMap((label) =>
        CELL_CLASSES.map((name) => ({ label, class: name, images: 50 })),
      ),
    })),
  modelDrift: () =>
    MODELS.map((model) => ({
      model,
      reading: { images: 1000, referenceImages: 1000, indexes: { classes: 0.1, confidence: 0.1 } },
    })),
  scannerDrift: () =>
    SCANNERS.map((scanner) => ({
      scanner,
      reading: {
        images: 1000,
        referenceImages: 1000,
        indexes: { brightness: 0.1, 'stain-strength': 0.1, 'stain-colour': 0.1 },
      },
    })),
};
