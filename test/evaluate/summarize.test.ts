import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { shuffle, Random } from '../../src/random.js';
import {
  classMetricsSchema,
  modelMetricsSchema,
  type Estimate,
  type ModelMetrics,
} from '../../src/evaluate/metrics.js';
import { summarize } from '../../src/evaluate/summarize.js';
import { summarizeBy } from '../../src/evaluate/summarize-by.js';
import {
  caseAsPredictions,
  CASES,
  CLASSES,
  expectFigure,
  randomPredictions,
  readCase,
  type ImageSetOptions,
} from '../statistics/reference.js';

const FEW = { resamples: 200, seed: 1 };

/** Every estimate in a summary, with its place. */
function estimatesOf({ perClass, ...all }: ModelMetrics): [string, Estimate][] {
  const estimates = (figures: object, at: string): [string, Estimate][] =>
    Object.entries(figures).flatMap(([name, figure]: [string, unknown]) =>
      typeof figure === 'object' && figure !== null && 'method' in figure
        ? [[`${at}${name}`, figure as Estimate]]
        : [],
    );
  return [
    ...estimates(all, ''),
    ...perClass.flatMap((figures) => [
      ...estimates(figures, `${figures.class} `),
      ...figures.sensitivityAt.flatMap((point) =>
        estimates(point, `${figures.class} at ${point.specificity} `),
      ),
    ]),
  ];
}

describe.each(CASES)('the summary of case %s', (name) => {
  const reference = readCase(name);
  const { expected } = reference;
  const summary = summarize(caseAsPredictions(reference), CLASSES, FEW);

  it('fits the schema, and survives JSON unchanged', () => {
    expect(modelMetricsSchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
  });

  it("has scikit-learn's figures over all classes", () => {
    expect(summary.confusion).toEqual(expected.confusion);
    for (const figure of ['shareRight', 'precision', 'recall', 'accuracy', 'fMeasure'] as const)
      expectFigure(summary[figure].value, expected[figure]);
    expectFigure(summary.quadraticLoss, expected.quadraticLoss);
    expectFigure(summary.crossEntropy, expected.crossEntropy);
    expectFigure(summary.calibration.expectedError, expected.calibration.expectedError);
  });

  it("has scikit-learn's figures per class", () => {
    const figures = [
      'precision',
      'recall',
      'specificity',
      'accuracy',
      'rocArea',
      'averagePrecision',
    ] as const;
    for (const [index, wanted] of expected.perClass.entries()) {
      const found = summary.perClass[index]!;
      for (const figure of figures) expectFigure(found[figure].value, wanted[figure]);
      expectFigure(found.fMeasure, wanted.fMeasure);
      for (const [at, point] of wanted.sensitivityAt.entries()) {
        expect(found.sensitivityAt[at]!.threshold).toBe(point.threshold);
        expectFigure(found.sensitivityAt[at]!.sensitivity.value, point.sensitivity);
      }
    }
  });
});

describe('properties of any summary', () => {
  const sets: [string, number, ImageSetOptions][] = [
    ['150 images', 150, {}],
    ['150 images of 20 patients', 150, { groups: 20 }],
    ['60 images of two patients', 60, { groups: 2 }],
    ['90 images with ties', 90, { digits: 1 }],
    ['40 images of 6 classes', 40, { classes: 6 }],
    ['3 images', 3, {}],
    ['a model worse than chance', 80, { skill: -2 }],
  ];

  it.each(sets)(
    'shares and areas are from 0 to 1, intervals contain their value: %s',
    (_what, images, options) => {
      for (let seed = 1; seed <= 5; seed++) {
        const classes = Array.from({ length: options.classes ?? 3 }, (_, index) => `class ${index}`);
        const summary = summarize(randomPredictions(seed, images, options), classes, { resamples: 60, seed });
        for (const [where, { value, low, high }] of estimatesOf(summary)) {
          const numbers = [0, low ?? value ?? 0, value ?? 0, high ?? value ?? 1, 1];
          expect(numbers, where).toEqual([...numbers].sort((a, b) => a - b));
          expect(low === null, where).toBe(high === null);
        }
      }
    },
  );

  it.each(sets)('the order of the images changes nothing: %s', (_what, images, options) => {
    const classes = Array.from({ length: options.classes ?? 3 }, (_, index) => `class ${index}`);
    const predictions = randomPredictions(7, images, options);
    const summary = summarize(predictions, classes, FEW);
    expect(summarize(shuffle(predictions, new Random(1, 'order')), classes, FEW)).toEqual(summary);
  });
});

describe('the interval of a share', () => {
  const methods = (summary: ModelMetrics): Record<string, string> =>
    Object.fromEntries(estimatesOf(summary).map(([where, { method }]) => [where, method]));

  it("is Wilson's where images are independent; means over classes and areas are resampled", () => {
    expect(methods(summarize(randomPredictions(1, 200), CLASSES, FEW))).toMatchObject({
      shareRight: 'wilson',
      precision: 'bootstrap',
      fMeasure: 'bootstrap',
      'a recall': 'wilson',
      'a specificity': 'wilson',
      'a at 0.95 sensitivity': 'wilson',
      'a rocArea': 'bootstrap',
      'a averagePrecision': 'bootstrap',
    });
  });

  it('is resampled by group where there are groups', () => {
    const found = methods(summarize(randomPredictions(1, 200, { groups: 20 }), CLASSES, FEW));
    expect(new Set(Object.values(found))).toEqual(new Set(['bootstrap']));
  });

  it('is wider when similar images come in groups', () => {
    const right = (index: number): number[] => (index % 40 < 30 ? [0.9, 0.1] : [0.1, 0.9]);
    const images = Array.from({ length: 400 }, (_, index) => ({
      ...randomPredictions(1, 1)[0]!,
      file: `${index}`,
      label: 0,
      probabilities: right(index),
    }));
    const width = ({ shareRight: { low, high } }: ModelMetrics): number => high! - low!;
    const grouped = images.map((image, index) => ({ ...image, group: `${Math.floor(index / 10)}` }));
    const ratio = width(summarize(grouped, ['a', 'b'])) / width(summarize(images, ['a', 'b']));
    // Ten similar images count as one: √10 = 3.2.
    expect(ratio).toBeGreaterThan(2.8);
    expect(ratio).toBeLessThan(3.6);
  });

  it("of groups that all agree is Wilson's with one image per group, never of zero width", () => {
    const perfect = readCase('perfect');
    const predictions = caseAsPredictions(perfect).map((image, index) => ({
      ...image,
      group: `p${index % 4}`,
    }));
    const { shareRight, fMeasure } = summarize(predictions, CLASSES, FEW);
    expect(shareRight).toMatchObject({ value: 1, high: 1, method: 'wilson' });
    expect(shareRight.low).toBeCloseTo(0.5101, 4);
    expect(fMeasure).toEqual({ value: 1, low: null, high: null, method: 'bootstrap' });
  });

  it('does not exist for a single patient who is not always right', () => {
    const { shareRight, perClass } = summarize(caseAsPredictions(readCase('balanced'), 'p1'), CLASSES, FEW);
    expect(shareRight).toMatchObject({ low: null, high: null, method: 'bootstrap' });
    expect(perClass[0]!.rocArea).toMatchObject({ low: null, high: null });
  });

  it('of two patients reaches from one to the other, for every figure', () => {
    const images = caseAsPredictions(readCase('balanced')).map((image, index) => ({
      ...image,
      group: index % 3 === 0 ? 'p1' : 'p2',
    }));
    const both = estimatesOf(summarize(images, CLASSES, FEW));
    const alone = ['p1', 'p2'].map(
      (group) =>
        new Map(
          estimatesOf(
            summarize(
              images.filter((image) => image.group === group),
              CLASSES,
              FEW,
            ),
          ),
        ),
    );
    // A threshold belongs to the whole set: the images of one patient alone would choose another one.
    for (const [where, { value, low, high }] of both.filter(([name]) => !name.includes(' at '))) {
      const values = [value!, ...alone.map((estimates) => estimates.get(where)!.value!)];
      expect(low, where).toBeCloseTo(Math.min(...values), 9);
      expect(high, where).toBeCloseTo(Math.max(...values), 9);
    }
  });
});

it('without images there are no figures, and no value is NaN', () => {
  const summary = summarize([], CLASSES);
  expect(modelMetricsSchema.parse(summary)).toEqual(summary);
  expect(summary).toMatchObject({
    images: 0,
    shareRight: { value: null, low: null, high: null },
    crossEntropy: null,
  });
  expect(z.array(classMetricsSchema).parse(summary.perClass)).toHaveLength(3);
});

it('refuses predictions of other classes', () => {
  expect(() => summarize(randomPredictions(1, 2), ['a', 'b'])).toThrow('3 probabilities for 2 classes');
});

it('two models of 4,000 images, patients and areas included, take at most three seconds of processor', () => {
  const predictions = randomPredictions(1, 4000, { groups: 400 });
  const before = process.cpuUsage();
  for (let model = 0; model < 2; model++) summarize(predictions, CLASSES);
  // Processor time and not wall time, because other tests run at the same time.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3);
});

it('the summary per hospital is the summary of its images alone; images without one are in none', () => {
  const predictions = randomPredictions(1, 60).map((image, index) => ({
    ...image,
    by: ['munich', 'ulm', ''][index % 3]!,
  }));
  const by = summarizeBy(predictions, CLASSES, FEW);
  expect(Object.keys(by)).toEqual(['munich', 'ulm']);
  expect(by['ulm']).toEqual(
    summarize(
      predictions.filter((image) => image.by === 'ulm'),
      CLASSES,
      FEW,
    ),
  );
  expect(summarizeBy(randomPredictions(1, 5), CLASSES, FEW)).toEqual({});
});
