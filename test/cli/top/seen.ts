import { Registry } from 'prom-client';
import type { DaemonReport } from '../../../src/cli/status/ask-daemon.js';
import type { StatusAnswer } from '../../../src/cli/status/daemon-answers.js';
import { readFigures, type ScrapedFigures } from '../../../src/cli/top/figures.js';
import type { Seen, View } from '../../../src/cli/top/view.js';
import type { ModelIdentity } from '../../../src/record.js';
import { createLogger } from '../../../src/telemetry/log.js';
import { createTelemetry } from '../../../src/telemetry/create-telemetry.js';
import { STAGES, type Telemetry } from '../../../src/telemetry/telemetry.js';
import { recordOf } from '../../fixtures/records.js';

export const ALEXNET: ModelIdentity = {
  name: 'alexnet',
  version: '1',
  engine: 'onnxruntime',
  precision: 'fp32',
  weightsSha256: 'a'.repeat(64),
};

export const STATUS: StatusAnswer = {
  version: '0.1.0',
  startedAt: '2026-03-01T08:00:00.000Z',
  uptimeSeconds: 11_520,
  models: [
    { ...ALEXNET, computations: [{ computation: 'smearwatch-winograd', workers: 2 }] },
    {
      ...ALEXNET,
      name: 'lenet5',
      computations: [{ computation: 'onnxruntime', workers: 2, fallback: { reason: 'kernel-unavailable' } }],
    },
  ],
  decoding: { images: { libvips: 3, 'smearwatch-jpeg': 10_231 } },
  work: { queued: 12, running: 16, done: 10_234, quarantined: 3, oldestMs: 4200 },
  workers: { configured: 2, alive: 2, busy: 1, stuck: 0 },
  outbox: { json: 0, ndjson: 7 },
  inFlight: 16,
  imagesPerSecond: 12.4,
  scanners: [{ name: 'left', folder: '/srv/left', unsettled: 1 }],
};

export function reportOf(status: Partial<StatusAnswer> = {}, reasons: readonly string[] = []): DaemonReport {
  return {
    url: 'http://127.0.0.1:9464',
    readiness: { ready: reasons.length === 0, reasons: [...reasons] },
    status: { ...STATUS, ...status },
  };
}

/** What the daemon's own telemetry makes of events, as `top` reads it. */
export async function figuresOf(events: (telemetry: Telemetry) => void): Promise<ScrapedFigures> {
  const registry = new Registry();
  const logger = createLogger({ level: 'error', version: '0.1.0', stream: { write: () => undefined } });
  const telemetry = createTelemetry({ logger, registry });
  telemetry.started({ configFile: 'lab.yaml' });
  events(telemetry);
  return readFigures(await registry.metrics());
}

/** Every stage took 20 ms, and AlexNet 30 ms for each of 4 images. */
export function work(telemetry: Telemetry): void {
  for (const stage of STAGES) telemetry.stageFinished({ stage, durationMs: 20 });
  telemetry.batchClassified({ images: 4, perModel: [{ model: ALEXNET, durationMs: 120 }] });
}

export async function seenWith(changes: Partial<Seen> = {}): Promise<Seen> {
  const claim = { scanner: 'left', path: 'slide-7/cell-0001.png', size: 1, mtimeMs: 1 };
  const first = recordOf({ ...claim, id: 1, revision: 1 } as Parameters<typeof recordOf>[0], 'one');
  return {
    at: new Date('2026-03-01T11:12:00Z'),
    report: reportOf(),
    figures: await figuresOf(work),
    span: { before: undefined, seconds: 11_520 },
    recent: { records: Array.from({ length: 40 }, () => first) },
    ...changes,
  };
}

export function viewOf(seen: Seen | undefined, changes: Partial<View> = {}): View {
  return {
    seen,
    away: undefined,
    at: new Date('2026-03-01T11:12:05Z'),
    throughput: {
      now: 13.1,
      rates: (columns) => Array.from({ length: columns }, (_, index) => index % 14),
      columnMs: 5000,
    },
    ...changes,
  };
}
