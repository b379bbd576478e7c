import { describe, expect, it } from 'vitest';
import type { GateConfig } from '../../src/config/schema.js';
import { checkGates, type GatedModel } from '../../src/evaluate/gates.js';
import type { LabelledPrediction } from '../../src/evaluate/labelled-prediction.js';
import { summarize } from '../../src/evaluate/summarize.js';

/** A model that classifies the first `right` of 100 images of class "a" correctly, and no image as "c". */
function model(version: string, right: number, name = 'net'): GatedModel {
  const predictions = Array.from({ length: 100 }, (_, index): LabelledPrediction => {
    const probabilities = index < right ? [0.9, 0.1, 0] : [0.1, 0.9, 0];
    return { file: `${index}`, sha256: '', label: 0, group: '', by: '', probabilities };
  });
  return { name, version, metrics: summarize(predictions, ['a', 'b', 'c']) };
}

const NOBODY = new Map<string, string>();
const check = (gate: GateConfig, ...models: GatedModel[]) => checkGates([gate], models, NOBODY);

describe('a gate', () => {
  it.each([
    ['reached', { figure: 'shareRight', min: 0.9 }, 'net@1 shareRight ≥ 0.9', true],
    ['missed', { figure: 'shareRight', min: 0.91 }, 'net@1 shareRight ≥ 0.91', false],
    ['of a class', { figure: 'recall', class: 'a', min: 0.9 }, 'net@1 recall of a ≥ 0.9', true],
    ['upwards', { figure: 'quadraticLoss', max: 0.5 }, 'net@1 quadraticLoss ≤ 0.5', true],
    [
      'of calibration',
      { figure: 'expectedCalibrationError', max: 0.2 },
      'net@1 expectedCalibrationError ≤ 0.2',
      true,
    ],
  ] as const)('%s', (_what, gate, words, passed) => {
    expect(check(gate, model('1', 90)).results).toMatchObject([{ gate: words, model: 'net@1', passed }]);
  });

  it('on a figure that does not exist is missed', () => {
    const { results } = check({ figure: 'precision', class: 'c', min: 0 }, model('1', 90));
    expect(results).toMatchObject([{ value: null, passed: false }]);
  });

  it('is for every model, or for the one that it names', () => {
    const models = [model('1', 90), model('1', 50, 'other')];
    const gate = { figure: 'shareRight', min: 0.6 } as const;
    expect(check(gate, ...models).results.map(({ passed }) => passed)).toEqual([true, false]);
    expect(check({ ...gate, model: 'net' }, ...models).results).toHaveLength(1);
    const absent = check({ ...gate, model: 'absent' }, ...models);
    expect(absent).toMatchObject({
      results: [],
      notes: [expect.stringContaining('not evaluated') as string],
    });
  });
});

describe('a fall', () => {
  const gate = { figure: 'shareRight', maxFall: 0.02 } as const;
  const promoted = new Map([['net', '1']]);

  it.each([
    [90, 88, true],
    [90, 87, false],
    [90, 95, true],
  ])('from %d to %d against the promoted version', (before, now, passed) => {
    const { results, notes } = checkGates([gate], [model('1', before), model('2', now)], promoted);
    expect(notes).toEqual([]);
    expect(results).toMatchObject([
      { gate: 'net@2 shareRight at most 0.02 worse than net@1', model: 'net@2', limit: 0.02, passed },
    ]);
  });

  it('is a rise where lower is better', () => {
    const rise = { figure: 'quadraticLoss', maxFall: 0.01 } as const;
    const { results } = checkGates([rise], [model('1', 90), model('2', 50)], promoted);
    expect(results).toMatchObject([{ passed: false }]);
    expect(results[0]!.value).toBeGreaterThan(0);
  });

  it.each([
    ['nothing is promoted', NOBODY, 'no version of net is promoted'],
    ['the promoted version is not evaluated', new Map([['net', '7']]), 'the promoted net@7 is not evaluated'],
  ])('is not checked when %s, with a note', (_what, labels, why) => {
    const { results, notes } = checkGates([gate], [model('2', 88)], labels);
    expect(results).toEqual([]);
    expect(notes.join()).toContain(why);
  });
});
