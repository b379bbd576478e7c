import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { LabelledPrediction } from '../../src/evaluate/labelled-prediction.js';
import { predictionsCsv } from '../../src/evaluate/predictions-csv.js';

const CLASSES = ['normal-monocyte', 'lymphocyte'];

function prediction(file: string, probabilities: number[], more: Partial<LabelledPrediction> = {}) {
  return { file, sha256: 'a'.repeat(64), label: 0, group: 'p1', by: 'Basel', probabilities, ...more };
}

function rowsOf(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true });
}

describe('predictions.csv', () => {
  it('has a line for each image, with every model’s answer and all digits of its probabilities', () => {
    const csv = predictionsCsv({
      classes: CLASSES,
      predictions: new Map([
        ['alexnet@1', [prediction('a.jpg', [0.9123412370681763, 0.08765876293182373])]],
        ['lenet5@2', [prediction('a.jpg', [0.25, 0.75])]],
      ]),
    });
    expect(rowsOf(csv)).toEqual([
      {
        file: 'a.jpg',
        sha256: 'a'.repeat(64),
        by: 'Basel',
        group: 'p1',
        label: 'normal-monocyte',
        'alexnet@1 predicted': 'normal-monocyte',
        'alexnet@1 p(normal-monocyte)': '0.9123412370681763',
        'alexnet@1 p(lymphocyte)': '0.08765876293182373',
        'alexnet@1 right': 'true',
        'lenet5@2 predicted': 'lymphocyte',
        'lenet5@2 p(normal-monocyte)': '0.25',
        'lenet5@2 p(lymphocyte)': '0.75',
        'lenet5@2 right': 'false',
      },
    ]);
  });

  it('quotes names with commas, quotes and line ends', () => {
    const file = 'a, "b"\r\nc.jpg';
    const csv = predictionsCsv({
      classes: CLASSES,
      predictions: new Map([['m@1', [prediction(file, [1, 0])]]]),
    });
    expect(rowsOf(csv)[0]?.['file']).toBe(file);
  });

  it('writes no cell that a spreadsheet reads as a formula', () => {
    const image = prediction('=HYPERLINK("http://x")', [1, 0], { by: '@SUM(A1)', group: '+1' });
    const csv = predictionsCsv({ classes: CLASSES, predictions: new Map([['m@1', [image]]]) });
    expect(rowsOf(csv)[0]).toMatchObject({ file: `'=HYPERLINK("http://x")`, by: `'@SUM(A1)`, group: `'+1` });
  });

  it('refuses models that did not see the same images', () => {
    const predictions = new Map([
      ['m@1', [prediction('a.jpg', [1, 0])]],
      ['n@1', [prediction('b.jpg', [1, 0])]],
    ]);
    expect(() => predictionsCsv({ classes: CLASSES, predictions })).toThrow(
      /did not see the same images: a\.jpg/,
    );
  });
});
