import { describe, expect, it } from 'vitest';
import { CELL_CLASSES } from '../../src/images.js';
import { decide, predictionsOf } from '../../src/pipeline/decision.js';
import type { BatchReply } from '../../src/pool/protocol.js';

/** A batch's result: per model the rows of probabilities. */
function resultOf(...models: number[][][]): Pick<BatchReply, 'models' | 'perModel'> {
  return {
    models: models.map((_, index) => ({
      identity: {
        name: `model${index}`,
        version: '1',
        weightsSha256: '0'.repeat(64),
        engine: 'onnxruntime',
        precision: 'fp32',
      },
      file: '',
      classes: CELL_CLASSES,
    })),
    perModel: models.map((rows) => ({
      probabilities: Float32Array.from(rows.flat()),
      durationMs: 1,
      computedBy: { computation: 'smearwatch-winograd', engineVersion: '1.2.3' },
    })),
  };
}

const sure = { minConfidence: 0.8, isExpectedSize: true, doubts: [] };

describe('predictionsOf', () => {
  it('uses the row of the image from every model', () => {
    const result = resultOf(
      [
        [0.9, 0.05, 0.05],
        [0.1, 0.2, 0.7],
      ],
      [
        [1, 0, 0],
        [0.25, 0.5, 0.25],
      ],
    );
    expect(predictionsOf(result, 1)).toMatchObject([
      {
        name: 'model0',
        class: 'lymphocyte',
        probabilities: { 'normal-monocyte': 0.1, 'abnormal-monocyte': 0.2, lymphocyte: 0.7 },
      },
      {
        name: 'model1',
        class: 'abnormal-monocyte',
        computation: 'smearwatch-winograd',
        engineVersion: '1.2.3',
      },
    ]);
  });
});

describe('decide', () => {
  it('follows the first model, without review when all agree and are sure', () => {
    expect(decide(predictionsOf(resultOf([[0.9, 0.1, 0]], [[0.5, 0.3, 0.2]]), 0), sure)).toEqual({
      class: 'normal-monocyte',
      confidence: 0.9,
      review: false,
      reviewReasons: [],
    });
  });

  it.each([
    ['models disagree', [[0.9, 0.1, 0]], [[0.1, 0.9, 0]], sure, ['models-disagree']],
    ['the decision is not sure', [[0.79, 0.21, 0]], [[0.9, 0.1, 0]], sure, ['low-confidence']],
    [
      'the size is another',
      [[0.9, 0.1, 0]],
      [[0.9, 0.1, 0]],
      { ...sure, isExpectedSize: false },
      ['unexpected-size'],
    ],
    [
      'the file raised a doubt',
      [[0.9, 0.1, 0]],
      [[0.9, 0.1, 0]],
      { ...sure, doubts: ['trailing-zeros' as const] },
      ['trailing-zeros'],
    ],
    [
      'everything is wrong',
      [[0.4, 0.3, 0.3]],
      [[0, 1, 0]],
      { ...sure, isExpectedSize: false, doubts: ['trailing-zeros' as const] },
      ['models-disagree', 'low-confidence', 'unexpected-size', 'trailing-zeros'],
    ],
  ])('sends to review when %s', (_, first, second, policy, reasons) => {
    const decision = decide(predictionsOf(resultOf(first, second), 0), policy);
    expect(decision).toMatchObject({ review: true, reviewReasons: reasons });
  });
});
