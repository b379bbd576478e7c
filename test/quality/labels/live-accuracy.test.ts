import { expect, it } from 'vitest';
import { liveAccuracy } from '../../../src/quality/labels/live-accuracy.js';

const model = {
  name: 'm',
  version: '1',
  weightsSha256: '',
  engine: 'onnxruntime',
  precision: 'fp32',
} as const;
const CLASSES = ['a', 'b', 'c'];

/**
 * Confusion matrix with the truth in rows: 10 images, computed by hand: a 3 of 4 right, b 2 of 3, c 1 of 3.
 */
const COUNTS = [
  { label: 'a', class: 'a', images: 3 },
  { label: 'a', class: 'b', images: 1 },
  { label: 'b', class: 'b', images: 2 },
  { label: 'b', class: 'a', images: 1 },
  { label: 'c', class: 'c', images: 1 },
  { label: 'c', class: 'b', images: 2 },
];

it('accuracy, precision and recall are those of the counts', () => {
  const { images, accuracy, perClass } = liveAccuracy(model, CLASSES, COUNTS);
  expect([images, accuracy]).toEqual([10, 0.6]);
  expect(perClass).toEqual([
    { class: 'a', precision: 3 / 4, recall: 3 / 4 },
    { class: 'b', precision: 2 / 5, recall: 2 / 3 },
    { class: 'c', precision: 1, recall: 1 / 3 },
  ]);
});

it('images of a class that the model does not know are left out', () => {
  const more = [...COUNTS, { label: 'd', class: 'a', images: 90 }];
  expect(liveAccuracy(model, CLASSES, more)).toEqual(liveAccuracy(model, CLASSES, COUNTS));
});

it('without images, no figure exists', () => {
  const { images, accuracy, perClass } = liveAccuracy(model, CLASSES, []);
  expect([images, accuracy]).toEqual([0, NaN]);
  expect(perClass[0]).toEqual({ class: 'a', precision: NaN, recall: NaN });
});
