import { describe, expect, it } from 'vitest';
import { classOrder, PAPER_PROPORTIONS, type Proportions } from '../../src/generate/class-order.js';
import { CELL_CLASSES } from '../../src/images.js';

function countsOf(count: number, proportions: Proportions): number[] {
  const classAt = classOrder(proportions);
  const drawn = Array.from({ length: count }, (_, index) => classAt(index));
  return CELL_CLASSES.map((cellClass) => drawn.filter((other) => other === cellClass).length);
}

describe('classOrder', () => {
  it("gives the paper's counts in 4,000 images", () => {
    expect(countsOf(4000, PAPER_PROPORTIONS)).toEqual([1500, 1500, 1000]);
  });

  it('is never more than one image away from the proportions', () => {
    for (let count = 1; count <= 40; count++) {
      const [normal = 0, abnormal = 0, lymphocytes = 0] = countsOf(count, PAPER_PROPORTIONS);
      expect(Math.abs(normal - (3 * count) / 8)).toBeLessThanOrEqual(1);
      expect(Math.abs(abnormal - (3 * count) / 8)).toBeLessThanOrEqual(1);
      expect(Math.abs(lymphocytes - count / 4)).toBeLessThanOrEqual(1);
    }
  });

  it('never draws a class of weight 0', () => {
    expect(countsOf(9, { lymphocyte: 2, 'abnormal-monocyte': 1, 'normal-monocyte': 0 })).toEqual([0, 3, 6]);
  });
});
