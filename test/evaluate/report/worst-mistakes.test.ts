import { describe, expect, it } from 'vitest';
import type { LabelledPrediction } from '../../../src/evaluate/labelled-prediction.js';
import {
  MISTAKES_SHOWN,
  predictedClass,
  worstMistakes,
} from '../../../src/evaluate/report/worst-mistakes.js';

function prediction(file: string, label: number, probabilities: number[]): LabelledPrediction {
  return { file, sha256: 'a'.repeat(64), label, group: 'g', by: 'b', probabilities };
}

describe('the worst mistakes', () => {
  it('are those that any model was surest of, each with every model’s answer', () => {
    const predictions = new Map([
      [
        'one@1',
        [prediction('a', 0, [0.4, 0.6]), prediction('b', 0, [0.9, 0.1]), prediction('c', 1, [0.2, 0.8])],
      ],
      [
        'two@1',
        [prediction('a', 0, [0.7, 0.3]), prediction('b', 0, [0.01, 0.99]), prediction('c', 1, [0.1, 0.9])],
      ],
    ]);
    const mistakes = worstMistakes(predictions);
    expect(mistakes.map(({ file }) => file)).toEqual(['b', 'a']);
    expect(mistakes[0]).toEqual({
      file: 'b',
      sha256: 'a'.repeat(64),
      label: 0,
      group: 'g',
      by: 'b',
      answers: [
        { model: 'one@1', probabilities: [0.9, 0.1] },
        { model: 'two@1', probabilities: [0.01, 0.99] },
      ],
    });
  });

  it('are at most the number shown, in the same order for any order of the images', () => {
    const images = Array.from({ length: 60 }, (_, index) => prediction(`f${index}`, 0, [0.2, 0.8]));
    const mistakes = worstMistakes(new Map([['one@1', images]]));
    expect(mistakes).toHaveLength(MISTAKES_SHOWN);
    expect(worstMistakes(new Map([['one@1', images.toReversed()]]))).toEqual(mistakes);
  });

  it('are an empty list when every answer is right', () => {
    expect(worstMistakes(new Map([['one@1', [prediction('a', 1, [0.2, 0.8])]]]))).toEqual([]);
  });
});

it('a tie goes to the first class, as in the confusion matrix', () => {
  expect(predictedClass({ probabilities: [0.5, 0.5] })).toBe(0);
});
