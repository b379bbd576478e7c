import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { SmearwatchError } from '../../src/errors.js';
import type { ModelIdentity, ModelPrediction } from '../../src/record.js';
import { createTelemetry, guarded } from '../../src/telemetry/create-telemetry.js';
import { createLogger } from '../../src/telemetry/log.js';
import type { Telemetry } from '../../src/telemetry/telemetry.js';
import { ThroughputMeter } from '../../src/telemetry/throughput.js';

const ALEXNET: ModelIdentity = {
  name: 'alexnet',
  version: '3',
  weightsSha256: 'a'.repeat(64),
  engine: 'onnxruntime',
  precision: 'float32',
};
const PREDICTION: ModelPrediction = {
  ...ALEXNET,
  class: 'lymphocyte',
  probabilities: { lymphocyte: 0.93, 'normal-monocyte': 0.07 },
};

let registry: Registry;
let lines: Record<string, unknown>[];
let telemetry: Telemetry;
beforeEach(() => {
  registry = new Registry();
  lines = [];
  const stream = {
    write: (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  telemetry = createTelemetry({
    logger: createLogger({ level: 'debug', version: '1.2.3', stream }),
    registry,
  });
});

async function metric(line: string): Promise<void> {
  expect((await registry.metrics()).split('\n')).toContain(line);
}

describe('a log line', () => {
  it('has ISO time, the level as a word, name and version', () => {
    telemetry.stopping({ reason: 'SIGTERM' });
    expect(lines[0]).toMatchObject({ level: 'info', name: 'smearwatch', version: '1.2.3', msg: 'Stopping' });
    expect(lines[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('of an error carries its code, its hint and its cause', () => {
    const cause = new Error('disk full');
    telemetry.deliveryFailed({
      sink: 'json',
      error: new SmearwatchError('folder-unwritable', 'Cannot write', { hint: 'Make room.', cause }),
    });
    expect(lines[0]).toMatchObject({
      level: 'warn',
      sink: 'json',
      err: { code: 'folder-unwritable', hint: 'Make room.' },
    });
    expect(JSON.stringify(lines[0])).toContain('disk full');
  });

  it.each<[string, (telemetry: Telemetry) => void]>([
    ['fileSettled', (t) => t.fileSettled({ scanner: 'left', path: 'p.png', waitedMs: 5 })],
    [
      'imageRetried',
      (t) => t.imageRetried({ scanner: 'left', path: 'p.png', code: 'c', reason: 'r', attempt: 1 }),
    ],
    ['fileDisposed', (t) => t.fileDisposed({ scanner: 'left', path: 'p.png', action: 'move' })],
  ])('about one image is for debugging only: %s', (_, report) => {
    report(telemetry);
    expect(lines).toMatchObject([{ level: 'debug', path: 'p.png' }]);
  });

  it('about a quarantined image is a warning with its path and reason', () => {
    telemetry.imageQuarantined({ scanner: 'left', path: 'p.png', code: 'image-truncated', reason: 'No end' });
    expect(lines).toMatchObject([{ level: 'warn', path: 'p.png', reason: 'No end' }]);
  });
});

describe('metrics', () => {
  it('count an image, its predictions and its reviews', async () => {
    telemetry.imageRecorded({
      scanner: 'left',
      outcome: 'classified',
      predictions: [PREDICTION],
      reviewReasons: ['low-confidence', 'models-disagree'],
      latencyMs: 1500,
    });
    const model = 'model="alexnet",version="3",engine="onnxruntime"';
    await metric('smearwatch_images_total{scanner="left",outcome="classified"} 1');
    await metric('smearwatch_image_latency_seconds_sum{scanner="left"} 1.5');
    await metric(`smearwatch_predictions_total{${model},class="lymphocyte"} 1`);
    await metric(`smearwatch_prediction_confidence_ratio_sum{${model},class="lymphocyte"} 0.93`);
    await metric('smearwatch_review_images_total{scanner="left"} 1');
    await metric('smearwatch_review_reasons_total{scanner="left",reason="low-confidence"} 1');
  });

  it('count a duplicate without counting its predictions again', async () => {
    telemetry.imageRecorded({
      scanner: 'left',
      outcome: 'duplicate',
      predictions: [PREDICTION],
      reviewReasons: ['low-confidence'],
      latencyMs: 5,
    });
    await metric('smearwatch_images_total{scanner="left",outcome="duplicate"} 1');
    expect(await registry.metrics()).not.toMatch(/smearwatch_(predictions_total|review_images_total)\{/);
  });

  it('measure batches, stages, sinks and rescans in seconds', async () => {
    telemetry.batchClassified({ images: 16, perModel: [{ model: ALEXNET, durationMs: 250 }] });
    telemetry.stageFinished({ stage: 'decode', durationMs: 10 });
    telemetry.delivered({ sink: 'json', records: 4, durationMs: 20 });
    telemetry.rescanFinished({ scanner: 'left', files: 9, missed: 2, unreadable: 0, durationMs: 30 });
    await metric('smearwatch_batch_images_sum 16');
    await metric(
      'smearwatch_batch_inference_duration_seconds_sum{model="alexnet",version="3",engine="onnxruntime"} 0.25',
    );
    await metric('smearwatch_stage_duration_seconds_sum{stage="decode"} 0.01');
    await metric('smearwatch_sink_records_total{sink="json"} 4');
    await metric('smearwatch_rescan_missed_files_total{scanner="left"} 2');
  });

  it('distinguish a rejected configuration from one in effect', async () => {
    telemetry.started({ configFile: '/c.yaml' });
    await metric('smearwatch_configuration_last_reload_successful 1');
    telemetry.reloadRefused({ error: new Error('no such model') });
    await metric('smearwatch_configuration_last_reload_successful 0');
    await metric('smearwatch_configuration_reloads_total{outcome="refused"} 1');
    telemetry.configurationReloaded({ sha256: 'a'.repeat(64), changed: ['models.use'] });
    await metric('smearwatch_configuration_last_reload_successful 1');
  });

  it('exist with 0 for what is configured, since a rate misses the event that a series begins with', async () => {
    telemetry.intakeConfigured({ scanners: ['left'], sinks: ['json'] });
    await metric('smearwatch_images_total{scanner="left",outcome="quarantined"} 0');
    await metric('smearwatch_watch_errors_total{scanner="left",code="ENOSPC"} 0');
    await metric('smearwatch_rescan_missed_files_total{scanner="left"} 0');
    await metric('smearwatch_sink_failures_total{sink="json"} 0');
    await metric('smearwatch_model_swaps_total{outcome="failed"} 0');
    await metric('smearwatch_intake_paused{cause="disk"} 0');
  });

  it('forget what was counted of models that are no longer in use', async () => {
    const perModel = [{ model: ALEXNET, durationMs: 250 }];
    telemetry.batchClassified({ images: 16, perModel });
    const next = { ...ALEXNET, version: '4' };
    telemetry.batchClassified({ images: 16, perModel: [{ model: next, durationMs: 250 }] });
    telemetry.modelsSwapped({ models: [next], durationMs: 5 });
    await new Promise((resolve) => setImmediate(resolve));
    const text = await registry.metrics();
    expect(text).toContain('smearwatch_batch_inference_duration_seconds_count{model="alexnet",version="4"');
    expect(text).not.toContain('version="3"');
  });

  it('show the room on every disk that is written to', async () => {
    const measured = (disk: string): void =>
      telemetry.disksMeasured({ disks: [{ disk, freeBytes: 5e9 }], minFreeBytes: 1e9 });
    measured('sink-old');
    measured('ledger');
    await metric('smearwatch_disk_free_bytes{disk="ledger"} 5000000000');
    await metric('smearwatch_disk_min_free_bytes 1000000000');
    expect(await registry.metrics()).not.toContain('sink-old');
  });

  it('never have a path or a free text as a label', async () => {
    telemetry.imageQuarantined({ scanner: 'left', path: '/a/b.png', code: 'EIO: /a/b.png', reason: 'r' });
    await metric('smearwatch_quarantines_total{scanner="left",reason="other"} 1');
    expect(await registry.metrics()).not.toContain('b.png');
  });

  it('are named by the conventions', async () => {
    for (const { name, type, help } of await registry.getMetricsAsJSON()) {
      expect(name).toMatch(/^smearwatch_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(String(type) === 'counter');
      expect(help).toMatch(/[.]$/);
    }
  });
});

describe('a failure of telemetry', () => {
  it('does not reach the pipeline, and is counted', () => {
    let errors = 0;
    const broken: Pick<Telemetry, 'stopped'> = {
      stopped: () => {
        throw new Error('no disk');
      },
    };
    expect(() =>
      guarded(broken, () => (errors += 1)).stopped({ returnedToQueue: 0, ended: {} }),
    ).not.toThrow();
    expect(errors).toBe(1);
  });

  it('of a stream or a value that cannot be measured is counted as a metric', async () => {
    telemetry.stageFinished({ stage: 'read', durationMs: 'soon' as unknown as number });
    await metric('smearwatch_telemetry_errors_total 1');
  });
});

describe('the throughput meter', () => {
  it('gives the mean of the last minute', () => {
    let nowMs = 0;
    const meter = new ThroughputMeter(() => nowMs);
    for (nowMs = 0; nowMs < 120_000; nowMs += 1000) meter.add(nowMs < 60_000 ? 1000 : 5);
    nowMs = 119_999;
    expect(meter.perSecond()).toBe(5);
  });

  it('gives the mean since the start while that is less than a minute', () => {
    let nowMs = 5_000_000;
    const meter = new ThroughputMeter(() => nowMs);
    meter.add(30);
    nowMs += 9_000;
    expect(meter.perSecond()).toBe(3);
  });

  it('is zero after a minute without images', () => {
    let nowMs = 0;
    const meter = new ThroughputMeter(() => nowMs);
    meter.add(30);
    nowMs = 3_600_000;
    expect(meter.perSecond()).toBe(0);
  });
});
