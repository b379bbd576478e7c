import type {
  ClassMetrics,
  Comparison,
  Estimate,
  EvaluatedModel,
  Metrics,
  ModelMetrics,
} from '../../../src/evaluate/metrics.js';
import type { PicturedMistake } from '../../../src/evaluate/report/thumbnails.js';
import { CELL_CLASSES } from '../../../src/images.js';

export const CLASSES = [...CELL_CLASSES];

/** Metrics with every field filled; figures differ from each other, so that each can be searched for. */
export function sampleMetrics(changes: Partial<Metrics> = {}): Metrics {
  const figures = figureSource();
  return {
    metricsVersion: 1,
    startedAt: '2026-11-23T04:10:12.120Z',
    finishedAt: '2026-11-23T04:11:03.500Z',
    command: 'smearwatch evaluate --data /data/smears',
    software: { smearwatch: '0.1.0', node: '20.20.2' },
    computer: { processor: 'A processor', cores: 2, memoryBytes: 16 * 2 ** 30 },
    data: {
      folder: '/data/smears',
      sha256: 'a'.repeat(64),
      classes: CLASSES,
      images: 1200,
      perClass: { 'normal-monocyte': 450, 'abnormal-monocyte': 450, lymphocyte: 300 },
      groups: 20,
      part: 'test',
      splitSha256: 'b'.repeat(64),
      by: 'source',
      leftOut: [{ file: 'lymphocyte/cut.png', why: 'unreadable', reason: 'The image is truncated' }],
    },
    throughput: { images: 1200, seconds: 47.3, imagesPerSecond: 25.4, workers: 2 },
    models: [sampleModel('alexnet', figures), sampleModel('lenet5', figures)],
    comparisons: [sampleComparison()],
    gates: [
      { gate: 'alexnet@1 share right ≥ 0.8', model: 'alexnet@1', value: 0.891, limit: 0.8, passed: true },
      { gate: 'lenet5@1 share right ≥ 0.9', model: 'lenet5@1', value: 0.766, limit: 0.9, passed: false },
    ],
    ...changes,
  };
}

export function sampleComparison(changes: Partial<Comparison> = {}): Comparison {
  return {
    first: 'alexnet@1',
    second: 'lenet5@1',
    onlyFirstRight: 177,
    onlySecondRight: 27,
    method: 'chi-squared',
    statistic: 108.83,
    pValue: 0.0000001,
    difference: { value: 0.125, low: 0.103, high: 0.145, method: 'bootstrap' },
    ...changes,
  };
}

export function sampleMistake(changes: Partial<PicturedMistake> = {}): PicturedMistake {
  return {
    file: 'lymphocyte/1.jpg',
    sha256: 'c'.repeat(64),
    label: 2,
    group: 'patient-7',
    by: 'Basel',
    answers: [
      { model: 'alexnet@1', probabilities: [0.981, 0.012, 0.007] },
      { model: 'lenet5@1', probabilities: [0.2, 0.1, 0.7] },
    ],
    thumbnail: 'data:image/jpeg;base64,AAAA',
    ...changes,
  };
}

export function sampleHistory(iterations = 200) {
  return Array.from({ length: iterations }, (_, index) => ({
    iteration: index + 1,
    accuracy: Math.min(1, 0.3 + index / iterations),
    quadraticLoss: 0.7 * (1 - index / iterations),
  }));
}

export function estimate(value: number | null, low: number | null, high: number | null): Estimate {
  return { value, low, high, method: 'bootstrap' };
}

type FigureSource = () => number;

/** 0.5001, 0.5004 …: each call returns another figure. */
function figureSource(): FigureSource {
  let last = 0.4998;
  return () => Number((last += 0.0003).toFixed(4));
}

function sampleModel(name: string, figures: FigureSource): EvaluatedModel {
  const by = { Basel: sampleModelMetrics(figures, 600), Zürich: sampleModelMetrics(figures, 600) };
  return {
    name,
    version: '1',
    weightsSha256: 'd'.repeat(64),
    engine: 'onnxruntime',
    precision: 'fp32',
    all: sampleModelMetrics(figures, 1200),
    by,
  };
}

function sampleModelMetrics(figures: FigureSource, images: number): ModelMetrics {
  const next = (): Estimate => sampleEstimate(figures);
  return {
    images,
    confusion: [
      [405, 25, 20],
      [23, 401, 26],
      [11, 26, 263],
    ],
    shareRight: next(),
    precision: next(),
    recall: next(),
    accuracy: next(),
    fMeasure: next(),
    quadraticLoss: figures(),
    crossEntropy: figures(),
    perClass: CLASSES.map((name) => sampleClass(name, figures)),
    calibration: {
      expectedError: figures(),
      bins: Array.from({ length: 10 }, (_, index) => ({
        low: index / 10,
        high: (index + 1) / 10,
        images: index < 4 ? 0 : index * 10,
        ...(index < 4
          ? { confidence: null, shareRight: null }
          : { confidence: index / 10 + 0.05, shareRight: index / 10 }),
      })),
    },
  };
}

function sampleClass(name: string, figures: FigureSource): ClassMetrics {
  const next = (): Estimate => sampleEstimate(figures);
  return {
    class: name,
    images: name === 'lymphocyte' ? 300 : 450,
    precision: next(),
    recall: next(),
    specificity: next(),
    accuracy: next(),
    fMeasure: figures(),
    rocArea: next(),
    averagePrecision: next(),
    sensitivityAt: [0.9, 0.95, 0.99].map((specificity) => ({
      specificity,
      threshold: figures(),
      sensitivity: next(),
    })),
    rocCurve: [
      [0, 0],
      [0.1, 0.8],
      [1, 1],
    ],
    precisionRecallCurve: [
      [0.2, 1],
      [0.8, 0.9],
      [1, 0.4],
    ],
  };
}

function sampleEstimate(figures: FigureSource): Estimate {
  const value = figures();
  return estimate(value, value - 0.04, value + 0.03);
}
