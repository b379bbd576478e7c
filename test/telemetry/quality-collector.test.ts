import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { collectQuality } from '../../src/telemetry/quality-collector.js';
import type { LiveAccuracy, QualityReader } from '../../src/telemetry/readers.js';

const model = {
  name: 'lenet5',
  version: '2',
  weightsSha256: 'cd',
  engine: 'onnxruntime',
  precision: 'int8',
} as const;
const LABELS = 'model="lenet5",version="2",engine="onnxruntime"';

const ACCURACY: LiveAccuracy = {
  model,
  images: 4,
  accuracy: 0.75,
  perClass: [
    { class: 'a', precision: 2 / 3, recall: 1 },
    { class: 'b', precision: NaN, recall: 0 },
  ],
  confusion: [
    { label: 'a', class: 'a', images: 2 },
    { label: 'b', class: 'a', images: 1 },
  ],
};

function readerOf(change: Partial<QualityReader> = {}): QualityReader {
  return {
    accuracy: () => [ACCURACY],
    waitingLabels: () => 3,
    modelDrift: () => [],
    scannerDrift: () => [],
    ...change,
  };
}

async function linesOf(reader: QualityReader): Promise<string[]> {
  const registry = new Registry();
  collectQuality(registry, reader);
  return (await registry.metrics()).split('\n');
}

it('live accuracy is shown per model and class; a figure that does not exist is left out', async () => {
  const lines = await linesOf(readerOf());
  expect(lines).toContain(`smearwatch_live_labelled_images{${LABELS}} 4`);
  expect(lines).toContain(`smearwatch_live_accuracy_ratio{${LABELS}} 0.75`);
  expect(lines).toContain(`smearwatch_live_precision_ratio{${LABELS},class="a"} ${2 / 3}`);
  expect(lines).toContain(`smearwatch_live_recall_ratio{${LABELS},class="b"} 0`);
  expect(lines).toContain(`smearwatch_live_confusion_images{${LABELS},label="b",class="a"} 1`);
  expect(lines).toContain('smearwatch_labels_waiting_images 3');
  expect(lines.join('\n')).not.toContain('NaN');
  expect(lines.join('\n')).not.toContain(`smearwatch_live_precision_ratio{${LABELS},class="b"}`);
});

it('drift is shown by measure, per model and per scanner', async () => {
  const lines = await linesOf(
    readerOf({
      modelDrift: () => [
        {
          model,
          reading: { images: 500, referenceImages: 1000, indexes: { classes: 0.1, confidence: 0.3 } },
        },
      ],
      scannerDrift: () => [
        { scanner: 'left', reading: { images: 7, referenceImages: 0, indexes: {} } },
        {
          scanner: 'right',
          reading: { images: 9, referenceImages: 9, indexes: { brightness: 1, 'stain-colour': NaN } },
        },
      ],
    }),
  );
  expect(lines).toContain(`smearwatch_prediction_drift_psi{${LABELS},measure="confidence"} 0.3`);
  expect(lines).toContain(`smearwatch_prediction_drift_reference_images{${LABELS}} 1000`);
  expect(lines).toContain('smearwatch_image_drift_images{scanner="left"} 7');
  expect(lines).toContain('smearwatch_image_drift_psi{scanner="right",measure="brightness"} 1');
  expect(lines.filter((line) => line.startsWith('smearwatch_image_drift_psi'))).toHaveLength(1);
});

it('the figures are computed once for a scrape, and again for the next', async () => {
  const accuracy = vi.fn(() => [ACCURACY]);
  const registry = new Registry();
  collectQuality(registry, readerOf({ accuracy }));
  await registry.metrics();
  expect(accuracy).toHaveBeenCalledTimes(1);
  await new Promise((resolve) => setImmediate(resolve));
  await registry.metrics();
  expect(accuracy).toHaveBeenCalledTimes(2);
});

it('figures that cannot be read do not cost the scrape the others', async () => {
  const accuracy = (): never => {
    throw new Error('the ledger is locked');
  };
  expect(await linesOf(readerOf({ accuracy }))).toContain('smearwatch_labels_waiting_images 3');
});
