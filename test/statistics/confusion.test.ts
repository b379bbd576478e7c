import { describe, expect, it } from 'vitest';
import { confusionOf, figuresOf, predictionsOf, quadraticLoss } from '../../src/statistics/confusion.js';

/** Rows: labelled; columns: predicted. 20 images. */
const MATRIX = [
  [6, 1, 1], // 8
  [2, 5, 0], // 7
  [0, 1, 4], // 5
];

describe("the paper's figures, by hand", () => {
  const figures = figuresOf(MATRIX);

  it('precision is TP / (TP + FP)', () => {
    expect(figures.perClass.map(({ precision }) => precision)).toEqual([6 / 8, 5 / 7, 4 / 5]);
    expect(figures.precision).toBeCloseTo((0.75 + 5 / 7 + 0.8) / 3, 12);
  });

  it('recall is TP / (TP + FN)', () => {
    expect(figures.perClass.map(({ recall }) => recall)).toEqual([6 / 8, 5 / 7, 4 / 5]);
  });

  it('accuracy is (TP + TN) / all, one class against the rest, and its average the mean of the classes', () => {
    // Wrong for class 0: 2 missed and 2 mistaken for it; class 1: 2 and 2; class 2: 1 and 1.
    expect(figures.perClass.map(({ accuracy }) => accuracy)).toEqual([16 / 20, 16 / 20, 18 / 20]);
    expect(figures.accuracy).toBeCloseTo(50 / 60, 12);
  });

  it('the share right is another, lower figure', () => {
    expect(figures.shareRight).toBe(15 / 20);
    expect(figures.images).toBe(20);
  });

  it('the F-measure is 2PR / (P + R) of the averages', () => {
    const uneven = figuresOf([
      [3, 1],
      [0, 6],
    ]);
    const [precision, recall] = [(1 + 6 / 7) / 2, (3 / 4 + 1) / 2];
    expect(uneven.precision).toBeCloseTo(precision, 12);
    expect(uneven.recall).toBeCloseTo(recall, 12);
    expect(uneven.fMeasure).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
  });

  it("the paper's own precision and recall give its own F-measure", () => {
    const fMeasure = (2 * 0.874 * 0.889) / (0.874 + 0.889);
    expect(fMeasure).toBeCloseTo(0.881, 3);
  });

  it('a class that was never predicted has no precision, and the mean leaves it out', () => {
    const never = figuresOf([
      [4, 0],
      [1, 0],
    ]);
    expect(never.perClass[1]!.precision).toBeNaN();
    expect(never.precision).toBe(4 / 5);
    expect(never.recall).toBe(1 / 2);
  });

  it('a model that is always wrong has an F-measure of 0', () => {
    expect(
      figuresOf([
        [0, 4],
        [1, 0],
      ]).fMeasure,
    ).toBe(0);
  });
});

describe('the confusion matrix', () => {
  it('counts by labelled and predicted class', () => {
    expect(confusionOf([0, 0, 1, 2, 2], [0, 1, 1, 2, 0], 3)).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 1],
    ]);
  });

  it('refuses classes that do not exist, and missing predictions', () => {
    expect(() => confusionOf([3], [0], 3)).toThrow(RangeError);
    expect(() => confusionOf([0], [3], 3)).toThrow(RangeError);
    expect(() => confusionOf([0, 1], [0], 3)).toThrow('image 1');
  });
});

describe('the quadratic loss Σ(x − x′)² / n', () => {
  it('is 0 for certain and right, 2 for certain and wrong', () => {
    expect(quadraticLoss([1, 0, 0], [0], 3)).toBe(0);
    expect(quadraticLoss([1, 0, 0], [1], 3)).toBe(2);
  });

  it('is the mean over the images of the squared distances', () => {
    // (0.3² + 0.2² + 0.1²) and (0.5² + 0.5² + 0²)
    expect(quadraticLoss([0.7, 0.2, 0.1, 0.5, 0.5, 0], [0, 1], 3)).toBeCloseTo((0.14 + 0.5) / 2, 12);
  });
});

it('the prediction is the largest probability, the first of equals', () => {
  expect(predictionsOf([0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0, 0, 1], 3)).toEqual([1, 0, 2]);
});
