import {
  type GateResult,
  type Metrics,
  type ModelMetrics,
  metricsSchema,
} from '../../../src/evaluate/metrics.js';

export interface Model {
  readonly name?: string;
  readonly version: string;
  readonly shareRight: number | null;
  readonly recall?: number | null;
}

const estimate = (value: number | null) => ({ value, low: value, high: value, method: 'wilson' as const });

function modelMetrics({ shareRight, recall = shareRight }: Model): ModelMetrics {
  return {
    images: 100,
    confusion: [[100]],
    shareRight: estimate(shareRight),
    precision: estimate(shareRight),
    recall: estimate(recall),
    accuracy: estimate(shareRight),
    fMeasure: estimate(shareRight),
    quadraticLoss: shareRight === null ? null : 1 - shareRight,
    crossEntropy: null,
    perClass: [
      {
        class: 'lymphocyte',
        images: 100,
        precision: estimate(shareRight),
        recall: estimate(recall),
        specificity: estimate(null),
        accuracy: estimate(shareRight),
        fMeasure: shareRight,
        rocArea: estimate(null),
        averagePrecision: estimate(null),
        sensitivityAt: [],
        rocCurve: [],
        precisionRecallCurve: [],
      },
    ],
    calibration: { expectedError: 0.1, bins: [] },
  };
}

/** The metrics of an evaluation of these models, checked against the schema. */
export function metricsOf(models: readonly Model[], gates: readonly Partial<GateResult>[] = []): Metrics {
  return metricsSchema.parse({
    metricsVersion: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:10:00.000Z',
    command: 'smearwatch evaluate',
    software: {},
    computer: { processor: 'test', cores: 2, memoryBytes: 1 },
    data: {
      folder: '/data/cells',
      sha256: 'a'.repeat(64),
      classes: ['lymphocyte'],
      images: 100,
      perClass: { lymphocyte: 100 },
      groups: 0,
      part: 'all',
      leftOut: [],
    },
    throughput: { images: 100, seconds: 1, imagesPerSecond: 100, workers: 1 },
    models: models.map((model) => ({
      name: model.name ?? 'alexnet',
      version: model.version,
      weightsSha256: 'b'.repeat(64),
      engine: 'onnxruntime',
      precision: 'fp32',
      all: modelMetrics(model),
      by: {},
    })),
    comparisons: [],
    gates: gates.map((gate) => ({
      gate: 'alexnet@1 recall ≥ 0.9',
      model: 'alexnet@1',
      value: 0.8,
      limit: 0.9,
      passed: false,
      ...gate,
    })),
  });
}
