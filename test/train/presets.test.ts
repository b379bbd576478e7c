import { describe, expect, it } from 'vitest';
import { countBatches } from '../../src/train/batches.js';
import { PRESET_NAMES, presetRecipe } from '../../src/train/presets.js';

describe('the preset paper', () => {
  const paper = presetRecipe('paper', 'alexnet');

  it("makes the paper's 186 iterations an epoch and 5,580 in all of its 2,800 training images", () => {
    expect(countBatches(2800, paper)).toBe(186);
    expect(countBatches(2800, paper) * paper.epochs).toBe(5580);
  });

  it('splits 70 to 30 by image, keeps the last epoch, and varies nothing', () => {
    expect(paper.split).toEqual({ by: 'image', testShare: 0.3, validationShare: 0 });
    expect(paper).toMatchObject({ schedule: 'constant', clipNorm: 0, labelSmoothing: 0, earlyStopping: 0 });
    expect(paper.augmentation).toEqual({ turns: false, brightness: 0, stain: 0, colour: 0 });
  });

  it("has MATLAB's momentum and weight decay, and the learning rate that we chose", () => {
    expect(paper).toMatchObject({ momentum: 0.9, weightDecay: 1e-4, learningRate: 0.003 });
  });

  it('is the same for both networks', () => {
    expect(presetRecipe('paper', 'lenet5')).toEqual(paper);
  });
});

it.each(PRESET_NAMES)('the preset %s carries its name into the manifest', (name) => {
  expect(presetRecipe(name, 'lenet5').preset).toBe(name);
});

it('an incomplete batch is dropped or kept as asked, and a small set has one batch at least', () => {
  expect(countBatches(2800, { batchSize: 15, dropLast: false })).toBe(187);
  expect(countBatches(30, { batchSize: 15, dropLast: true })).toBe(2);
  expect(countBatches(7, { batchSize: 15, dropLast: true })).toBe(1);
});
