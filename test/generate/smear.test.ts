import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SmearwatchError } from '../../src/errors.js';
import { classOrder, PAPER_PROPORTIONS } from '../../src/generate/class-order.js';
import { drawSmear, type Smear, type SmearOptions } from '../../src/generate/smear.js';
import { slideOf, SLIDES } from '../../src/generate/stain.js';
import { CELL_CLASSES, type CellClass } from '../../src/images.js';

/** A quarter of a scanner frame in each direction: fast, and every detail is still visible. */
const SMALL = { width: 240, height: 270 } as const;
const PER_CLASS = 14;

function hashOf(options: SmearOptions): string {
  return createHash('sha256').update(drawSmear(options).pixels).digest('hex');
}

function drawMany(cellClass: CellClass): Smear[] {
  return Array.from({ length: PER_CLASS }, (_, index) => drawSmear({ seed: 5, index, cellClass, ...SMALL }));
}

function meanOf(smears: readonly Smear[], measure: (smear: Smear) => number): number {
  return smears.reduce((sum, smear) => sum + measure(smear), 0) / smears.length;
}

/** Mean red, green and blue of the pixels nearer to the cell's centre than `radius`, or farther. */
function meanColour(smear: Smear, isWanted: (distance: number) => boolean): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let y = 0; y < smear.height; y++) {
    for (let x = 0; x < smear.width; x++) {
      if (!isWanted(Math.hypot(x - smear.truth.centreX, y - smear.truth.centreY))) continue;
      for (const channel of [0, 1, 2] as const)
        sum[channel] += smear.pixels[(y * smear.width + x) * 3 + channel]!;
      count++;
    }
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

describe('drawSmear', () => {
  it('draws the same bytes for the same options, regardless of earlier drawings', () => {
    const first = hashOf({ seed: 1, index: 3, ...SMALL });
    hashOf({ seed: 9, index: 0, ...SMALL });
    expect(hashOf({ seed: 1, index: 3, ...SMALL })).toBe(first);
  });

  it('draws other bytes for another seed, index or class', () => {
    const base = { seed: 1, index: 3, cellClass: 'lymphocyte', ...SMALL } as const;
    const hashes = [
      hashOf(base),
      hashOf({ ...base, seed: 2 }),
      hashOf({ ...base, seed: 1 + 2 ** 32 }),
      hashOf({ ...base, index: 4 }),
      hashOf({ ...base, cellClass: 'normal-monocyte' }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("draws a scanner's frame of 960 by 1080 RGB pixels by default", () => {
    const smear = drawSmear({ seed: 1, index: 0 });
    expect([smear.width, smear.height, smear.pixels.length]).toEqual([960, 1080, 960 * 1080 * 3]);
  });

  it('draws odd and small sizes whole', () => {
    const smear = drawSmear({ seed: 1, index: 0, width: 97, height: 61 });
    expect(smear.pixels.length).toBe(97 * 61 * 3);
    expect(smear.pixels.subarray(-3).every((level) => level > 20)).toBe(true);
  });

  it.each([
    { name: 'seed', options: { seed: -1, index: 0 } },
    { name: 'seed', options: { seed: 1.5, index: 0 } },
    { name: 'index', options: { seed: 1, index: Number.NaN } },
    { name: 'width', options: { seed: 1, index: 0, width: 8 } },
    { name: 'height', options: { seed: 1, index: 0, height: 1e9 } },
    { name: 'neutrophil', options: { seed: 1, index: 0, cellClass: 'neutrophil' as CellClass } },
  ])('names $name when it is out of range: $options', ({ name, options }) => {
    expect(() => drawSmear(options)).toThrow(SmearwatchError);
    expect(() => drawSmear(options)).toThrow(name);
  });
});

describe('the cells of a smear', () => {
  const drawn = new Map(CELL_CLASSES.map((cellClass) => [cellClass, drawMany(cellClass)]));
  const normal = drawn.get('normal-monocyte')!;
  const abnormal = drawn.get('abnormal-monocyte')!;
  const lymphocytes = drawn.get('lymphocyte')!;
  const nucleusShare = ({ truth }: Smear): number => truth.nucleusArea / truth.cellArea;

  it('are smaller for lymphocytes than for monocytes', () => {
    const ofLymphocytes = meanOf(lymphocytes, ({ truth }) => truth.cellArea);
    expect(ofLymphocytes).toBeLessThan(0.75 * meanOf(normal, ({ truth }) => truth.cellArea));
    expect(ofLymphocytes).toBeLessThan(0.75 * meanOf(abnormal, ({ truth }) => truth.cellArea));
  });

  it('have a larger share of nucleus in blasts than in normal monocytes', () => {
    expect(meanOf(abnormal, nucleusShare)).toBeGreaterThan(meanOf(normal, nucleusShare) + 0.1);
  });

  it('overlap in size between the classes, so that size alone does not separate them', () => {
    const largestLymphocyte = Math.max(...lymphocytes.map(({ truth }) => truth.cellArea));
    expect(largestLymphocyte).toBeGreaterThan(Math.min(...normal.map(({ truth }) => truth.cellArea)));
  });

  it('are complete and near the middle of the frame', () => {
    for (const { truth } of [...normal, ...abnormal, ...lymphocytes]) {
      expect(Math.hypot(truth.centreX - 120, truth.centreY - 135)).toBeLessThan(45);
      expect(truth.nucleusArea).toBeGreaterThan(0.2 * truth.cellArea);
      expect(truth.nucleusArea).toBeLessThan(truth.cellArea);
    }
  });

  it('are darker and bluer than the red cells and plasma around them', () => {
    for (const smear of lymphocytes) {
      const [red, green, blue] = meanColour(smear, (distance) => distance < 18);
      const [redAround, greenAround, blueAround] = meanColour(smear, (distance) => distance > 65);
      expect(red + green + blue).toBeLessThan(0.75 * (redAround + greenAround + blueAround));
      expect(blue / red).toBeGreaterThan(1.15 * (blueAround / redAround));
    }
  });
});

describe('a slide', () => {
  it('is shared by images of every class, so that no stain reveals a class', () => {
    const classAt = classOrder(PAPER_PROPORTIONS);
    const slides = new Map<number, Set<CellClass>>();
    for (let index = 0; index < 240; index++) {
      const slide = slideOf(1, index);
      const cellClass = classAt(index);
      expect(slide).toBeLessThan(SLIDES);
      slides.set(slide, (slides.get(slide) ?? new Set()).add(cellClass));
    }
    expect(slides.size).toBe(SLIDES);
    for (const classes of slides.values()) expect(classes.size).toBeGreaterThan(1);
  });
});
