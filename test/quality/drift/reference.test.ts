import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { distributionOf, driftOfShares, driftOfValues } from '../../../src/quality/drift/distribution.js';
import { makeReference, readReference, type ReferenceImage } from '../../../src/quality/drift/reference.js';
import type { ModelPrediction } from '../../../src/record.js';
import { temporaryFolder } from '../../fixtures/folders.js';

const LENET: Omit<ModelPrediction, 'class' | 'probabilities'> = {
  name: 'lenet5',
  version: '1',
  weightsSha256: 'aa',
  engine: 'onnxruntime',
  precision: 'fp32',
};

function image(name: string, confidence: number, brightness: number): ReferenceImage {
  const prediction = { ...LENET, class: name, probabilities: { [name]: confidence } };
  return {
    models: [prediction, { ...prediction, name: 'alexnet', weightsSha256: 'bb' }],
    image: { look: { brightness, stained: 0.5, stain: { red: 0.2, green: 0.4, blue: 0.2 } } },
  };
}

const IMAGES = Array.from({ length: 100 }, (_, at) => image(at < 30 ? 'a' : 'b', 0.5 + at / 200, at / 100));

describe('A reference', () => {
  it('has the classes and confidences of every model, and the looks', () => {
    const reference = makeReference(IMAGES, new Date('2026-03-04T05:06:07Z'));
    expect(reference).toMatchObject({ referenceVersion: 1, madeAt: '2026-03-04T05:06:07.000Z' });
    expect(reference.models.map(({ name, images, classes }) => ({ name, images, classes }))).toEqual([
      { name: 'lenet5', images: 100, classes: { a: 30, b: 70 } },
      { name: 'alexnet', images: 100, classes: { a: 30, b: 70 } },
    ]);
    expect(reference.looks?.brightness.counts).toEqual(Array.from({ length: 10 }, () => 10));
    expect(reference.looks?.stainStrength).toEqual({ edges: [], counts: [100] });
  });

  it('is read as it was written', async () => {
    const file = join(temporaryFolder(), 'reference.json');
    const reference = makeReference(IMAGES);
    writeFileSync(file, JSON.stringify(reference));
    expect(await readReference(file)).toEqual(reference);
  });

  it('of images that were not measured has no looks', () => {
    expect(makeReference([{ ...IMAGES[0]!, image: {} }]).looks).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['no JSON', 'x'],
    ['another version', { ...makeReference(IMAGES), referenceVersion: 2 }],
    [
      'a bin without a count',
      { ...makeReference([]), looks: { images: 1, brightness: { edges: [1], counts: [1] } } },
    ],
    ['no models', { referenceVersion: 1, madeAt: '2026-03-04T05:06:07Z' }],
  ])('with %s is rejected with its file and the fix', async (_, content) => {
    const file = join(temporaryFolder(), 'reference.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    await expect(readReference(file)).rejects.toMatchObject({
      code: 'drift-reference-invalid',
      message: expect.stringContaining(file) as string,
      hint: expect.stringContaining('evaluate') as string,
    });
  });
});

describe('The index', () => {
  it('of classes is that of the shares', () => {
    const now = [...Array<string>(80).fill('a'), ...Array<string>(20).fill('b')];
    // 50.5 / 101 against 80.5 / 101 and 20.5 / 101 (half an image is added to each bin).
    expect(driftOfShares({ a: 50, b: 50 }, now)).toBeCloseTo(0.29703 * Math.log(80.5 / 20.5), 5);
    expect(driftOfShares({ a: 80, b: 20 }, now)).toBe(0);
  });

  it('counts a class that is new or has gone, with any name', () => {
    expect(driftOfShares({ a: 100 }, Array<string>(100).fill('constructor'))).toBeGreaterThan(5);
  });

  it('of values is 0 for the same ones and large for others', () => {
    const values = Array.from({ length: 1000 }, (_, at) => at / 1000);
    const reference = distributionOf(values);
    expect(driftOfValues(reference, values)).toBeCloseTo(0, 9);
    const shifted = (by: number) => {
      const moved = values.map((value) => value + by);
      return driftOfValues(reference, moved);
    };
    expect(shifted(0.1)).toBeGreaterThan(0.25);
    expect(shifted(5)).toBeGreaterThan(2);
  });
});
