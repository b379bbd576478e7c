import type { Registry } from 'prom-client';
import { MetricFactory, modelLabels, MODEL_LABELS } from './metrics.js';
import type { Drift, LiveAccuracy, QualityReader } from './readers.js';

/**
 * Registers the gauges of live accuracy and drift. A scrape computes them from the ledger and the newest
 * images: they are the same after a restart, and a changed label replaces the old one.
 */
export function collectQuality(registry: Registry, reader: QualityReader): void {
  const metrics = new MetricFactory(registry);
  collectAccuracy(
    metrics,
    oncePerTurn(() => reader.accuracy()),
  );
  metrics.observed('labels_waiting_images', 'Labels whose image has not been read yet.', (gauge) =>
    gauge.set(reader.waitingLabels()),
  );
  collectDrift(metrics, 'prediction', MODEL_LABELS, 'classes, confidence', () =>
    reader.modelDrift().map(({ model, reading }) => ({ labels: modelLabels(model), reading })),
  );
  collectDrift(metrics, 'image', ['scanner'], 'brightness, stain-strength, stain-colour', () =>
    reader.scannerDrift().map(({ scanner, reading }) => ({ labels: { scanner }, reading })),
  );
}

function collectAccuracy(metrics: MetricFactory, read: () => readonly LiveAccuracy[]): void {
  const ofClass = [...MODEL_LABELS, 'class'] as const;
  metrics.observed(
    'live_labelled_images',
    'Images in the window of live accuracy: the newest whose true class is known.',
    (gauge) => {
      for (const { model, images } of read()) gauge.set(modelLabels(model), images);
    },
    MODEL_LABELS,
  );
  metrics.observed(
    'live_accuracy_ratio',
    'Share of the newest labelled images that the model classified correctly.',
    (gauge) => {
      for (const { model, accuracy } of read())
        if (!Number.isNaN(accuracy)) gauge.set(modelLabels(model), accuracy);
    },
    MODEL_LABELS,
  );
  metrics.observed(
    'live_accuracy_gate_ratio',
    'The share that `evaluation.gates` demand (shareRight, min); no series where no gate does.',
    (gauge) => {
      for (const { model, gate } of read()) if (gate !== undefined) gauge.set(modelLabels(model), gate);
    },
    MODEL_LABELS,
  );
  for (const figure of ['precision', 'recall'] as const) {
    metrics.observed(
      `live_${figure}_ratio`,
      figure === 'precision'
        ? 'Of the newest labelled images that the model put into the class, the share that belongs there.'
        : 'Of the newest labelled images that belong into the class, the share that the model put there.',
      (gauge) => {
        for (const { model, perClass } of read())
          for (const figures of perClass)
            if (!Number.isNaN(figures[figure]))
              gauge.set({ ...modelLabels(model), class: figures.class }, figures[figure]);
      },
      ofClass,
    );
  }
  metrics.observed(
    'live_confusion_images',
    'The newest labelled images by true class (label) and predicted class.',
    (gauge) => {
      for (const { model, confusion } of read())
        for (const { images, ...cell } of confusion) gauge.set({ ...modelLabels(model), ...cell }, images);
    },
    [...ofClass, 'label'],
  );
}

interface LabelledDrift {
  readonly labels: Readonly<Record<string, string>>;
  readonly reading: Drift;
}

function collectDrift(
  metrics: MetricFactory,
  noun: string,
  labelNames: readonly string[],
  measures: string,
  readAll: () => readonly LabelledDrift[],
): void {
  const read = oncePerTurn(readAll);
  metrics.observed(
    `${noun}_drift_psi`,
    `Population stability index of the newest images against the reference, by measure: ${measures}.`,
    (gauge) => {
      for (const { labels, reading } of read())
        for (const [measure, index] of Object.entries(reading.indexes))
          if (!Number.isNaN(index)) gauge.set({ ...labels, measure }, index);
    },
    [...labelNames, 'measure'],
  );
  metrics.observed(
    `${noun}_drift_images`,
    'Newest images that are compared with the reference.',
    (gauge) => {
      for (const { labels, reading } of read()) gauge.set(labels, reading.images);
    },
    labelNames,
  );
  metrics.observed(
    `${noun}_drift_reference_images`,
    'Images of the reference; 0 while it is being taken from the first images.',
    (gauge) => {
      for (const { labels, reading } of read()) gauge.set(labels, reading.referenceImages);
    },
    labelNames,
  );
}

/**
 * Caches a value during one turn of the event loop: all gauges of a scrape are read in one turn, so shared
 * values are computed once for them.
 */
function oncePerTurn<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    if (known === undefined) {
      known = { value: compute() };
      setImmediate(() => (known = undefined));
    }
    return known.value;
  };
}
