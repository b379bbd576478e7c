import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/evaluate/planned/judge.js';
import { metricsOf, type Model } from './metrics.js';

const rule = { figure: 'shareRight', margin: 0.01 } as const;
const inUse = [{ name: 'alexnet', version: '1' }];
const candidates = [{ name: 'alexnet', version: '2' }];

function folder(set: string, current: number | null, candidate: number | null, gates: object[] = []) {
  const models: Model[] = [
    { version: '1', shareRight: current },
    { version: '2', shareRight: candidate },
  ];
  return { set, metrics: metricsOf(models, gates) };
}

describe('A candidate', () => {
  it.each([
    ['ahead by the margin', 0.92, 0.93, true],
    ['ahead by less', 0.92, 0.929, false],
    ['as good', 0.92, 0.92, false],
    ['worse', 0.92, 0.9, false],
    ['without the figure', 0.92, null, false],
    ['against a model without the figure', null, 0.9, false],
  ])('%s is judged correctly', (_, current, candidate, isBetter) => {
    expect(judge([folder('cells', current, candidate)], inUse, candidates, rule)).toMatchObject([
      { isBetter },
    ]);
  });

  it('must be ahead in every folder', () => {
    const folders = [folder('one', 0.9, 0.95), folder('two', 0.9, 0.9)];
    expect(judge(folders, inUse, candidates, rule)).toMatchObject([{ isBetter: false }]);
  });

  it('that is only as good is not better, even with a margin of zero', () => {
    const folders = [folder('one', 0.9, 0.9)];
    expect(judge(folders, inUse, candidates, { ...rule, margin: 0 })).toMatchObject([{ isBetter: false }]);
  });

  it('must be lower in a figure for which lower is better', () => {
    const [judgement] = judge([folder('one', 0.9, 0.95)], inUse, candidates, {
      figure: 'quadraticLoss',
      margin: 0.04,
    });
    expect(judgement).toMatchObject({ isBetter: true });
  });

  it('is compared in one class where one is named', () => {
    const metrics = metricsOf([
      { version: '1', shareRight: 0.9, recall: 0.6 },
      { version: '2', shareRight: 0.9, recall: 0.8 },
    ]);
    const of = (name: string) =>
      judge([{ set: 'cells', metrics }], inUse, candidates, { figure: 'recall', margin: 0.1, class: name });
    expect(of('lymphocyte')).toMatchObject([{ isBetter: true }]);
    expect(of('basophil')).toMatchObject([{ isBetter: false }]);
  });

  it('is not better on data on which any gate was failed', () => {
    const [judgement] = judge([folder('cells', 0.9, 0.99, [{}])], inUse, candidates, rule);
    expect(judgement?.isBetter).toBe(false);
    expect(judgement?.reason).toContain('Failed gates: alexnet@1 recall ≥ 0.9.');
  });

  it('of a network that is not in use is compared with nothing', () => {
    expect(judge([folder('a', 0.9, 0.95)], inUse, [{ name: 'lenet5', version: '2' }], rule)).toEqual([]);
  });

  it('has the numbers in its reason', () => {
    expect(judge([folder('cells', 0.92, 0.95)], inUse, candidates, rule)[0]?.reason).toBe(
      'alexnet@2 beats alexnet@1 by 0.01 in shareRight: 0.9500 against 0.9200 on cells (100 images).',
    );
  });
});
