import { describe, expect, it } from 'vitest';
import { compareModels, type ModelPredictions } from '../../src/evaluate/compare-models.js';
import type { LabelledPrediction } from '../../src/evaluate/labelled-prediction.js';
import { comparisonSchema } from '../../src/evaluate/metrics.js';
import { mcNemarTest } from '../../src/statistics/mcnemar.js';
import { Random, shuffle } from '../../src/random.js';

/** A model's predictions; `rights` has a letter per image: r for right, w for wrong. */
function model(name: string, rights: string, groupSize = 0): ModelPredictions {
  const predictions = Array.from(rights, (right, index): LabelledPrediction => ({
    file: `a/${String(index).padStart(3, '0')}.png`,
    sha256: index.toString(16).padStart(64, '0'),
    label: 0,
    group: groupSize === 0 ? '' : `p${Math.floor(index / groupSize)}`,
    by: '',
    probabilities: right === 'r' ? [0.8, 0.2] : [0.3, 0.7],
  }));
  return { model: name, predictions };
}

const FIRST = model('alexnet@1', `${'r'.repeat(40)}${'w'.repeat(10)}`);
const SECOND = model('lenet5@1', `${'r'.repeat(25)}${'w'.repeat(22)}rrr`);

describe('two models on the same images', () => {
  it('are compared on the images that only one of them classifies correctly', () => {
    const comparison = compareModels(FIRST, SECOND);
    expect(comparison).toMatchObject({
      first: 'alexnet@1',
      second: 'lenet5@1',
      onlyFirstRight: 15,
      onlySecondRight: 3,
      ...mcNemarTest(15, 3),
      difference: { value: 12 / 50, method: 'bootstrap' },
    });
    expect(comparisonSchema.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
  });

  it('have the interval of paired differences: p ± 1.96 √((b + c − (b − c)²/n) / n²)', () => {
    const { low, high } = compareModels(FIRST, SECOND).difference;
    const half = 1.96 * Math.sqrt((18 - 12 ** 2 / 50) / 50 ** 2);
    expect(low).toBeCloseTo(12 / 50 - half, 1);
    expect(high).toBeCloseTo(12 / 50 + half, 1);
  });

  it('have a wider interval when images come in groups', () => {
    const [first, second] = [FIRST, SECOND].map(({ model: name, predictions }) =>
      model(name, predictions.map(({ probabilities }) => (probabilities[0]! > 0.5 ? 'r' : 'w')).join(''), 5),
    );
    const [alone, grouped] = [compareModels(FIRST, SECOND), compareModels(first!, second!)];
    expect(grouped.difference.high! - grouped.difference.low!).toBeGreaterThan(
      alone.difference.high! - alone.difference.low!,
    );
  });

  it('mirror', () => {
    const [there, back] = [compareModels(FIRST, SECOND), compareModels(SECOND, FIRST)];
    expect(back.pValue).toBe(there.pValue);
    expect(back.difference.value).toBe(-there.difference.value!);
    expect(back.difference.low).toBeCloseTo(-there.difference.high!, 12);
  });

  it('are compared in any order of the images', () => {
    const mixed = { ...FIRST, predictions: shuffle(FIRST.predictions, new Random(1)) };
    expect(compareModels(mixed, SECOND)).toEqual(compareModels(FIRST, SECOND));
  });

  it('that never disagree differ by 0, without an interval', () => {
    expect(compareModels(FIRST, FIRST)).toMatchObject({
      pValue: 1,
      difference: { value: 0, low: null, high: null },
    });
  });

  it.each([['fewer'], ['others']])('are refused when the second saw %s', (what) => {
    const predictions =
      what === 'fewer'
        ? SECOND.predictions.slice(0, -1)
        : SECOND.predictions.map((image) => ({ ...image, file: `b${image.file}` }));
    expect(() => compareModels(FIRST, { ...SECOND, predictions })).toThrow(RangeError);
    expect(() => compareModels({ ...SECOND, predictions }, FIRST)).toThrow(RangeError);
  });
});
