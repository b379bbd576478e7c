import { describe, expect, it } from 'vitest';
import { SmearwatchError } from '../../src/errors.js';
import { IMAGE_BYTES } from '../../src/images.js';
import { classifyBatch, type Classifier } from '../../src/pipeline/classify-batch.js';
import type { PreparedImage } from '../../src/pipeline/prepare.js';

/** An image whose every byte is `value`. */
function imageOf(value: number): PreparedImage {
  return {
    claim: { id: value },
    image: { pixels: Buffer.alloc(IMAGE_BYTES, value) },
  } as unknown as PreparedImage;
}

/** Answers with each image's first byte as its probability; a batch with `poison` kills its worker. */
function classifierWith(poison: number, code = 'worker-lost'): Classifier & { batches: number[][] } {
  const batches: number[][] = [];
  return {
    batches,
    classify(pixels, count) {
      const values = Array.from({ length: count }, (_, index) => pixels[index * IMAGE_BYTES] ?? -1);
      batches.push(values);
      if (values.includes(poison)) return Promise.reject(new SmearwatchError('lost', { code }));
      return Promise.resolve({
        models: [],
        perModel: [{ probabilities: Float32Array.from(values), durationMs: 1 }],
      });
    },
  };
}

const images = [1, 2, 3, 4, 5, 6, 7].map(imageOf);

describe('classifyBatch', () => {
  it('gives every image its own row of the answer', async () => {
    const classified = await classifyBatch(classifierWith(99), images, () => undefined);
    const rows = classified.map((image) =>
      'result' in image ? image.result.perModel[0]?.probabilities[image.index] : undefined,
    );
    expect(rows).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('finds the one image that kills its worker, and its neighbours finish', async () => {
    const failures: number[] = [];
    const classifier = classifierWith(5);
    const classified = await classifyBatch(classifier, images, (count) => failures.push(count));
    expect(classified.filter((image) => 'error' in image).map(({ prepared }) => prepared.claim.id)).toEqual([
      5,
    ]);
    expect(classified.map(({ prepared }) => prepared.claim.id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(failures).toEqual([7, 3, 2, 1]);
  });

  it('blames no image when the pool was closed', async () => {
    const classifier = classifierWith(5, 'pool-closed');
    const classified = await classifyBatch(classifier, images, () => undefined);
    expect(classified.every((image) => 'error' in image)).toBe(true);
    expect(classifier.batches).toHaveLength(1);
  });
});
