import { describe, expect, it } from 'vitest';
import { SmearwatchError } from '../../src/errors.js';
import type { AdmittedFile } from '../../src/pipeline/admitted.js';
import { classifyBatch } from '../../src/pipeline/classify-batch.js';
import type { Classifier } from '../../src/pool/classifier.js';
import type { FileReply, PreparedImage } from '../../src/pool/protocol.js';

const LIMITS = { maxFileBytes: 1e6, maxPixels: 1e6, readWithinMs: 1000 };

function fileOf(id: number): AdmittedFile {
  return {
    claim: { id, path: String(id), reclassify: false },
    scanner: { name: 'left', folder: '/in' },
  } as unknown as AdmittedFile;
}

/** Answers with each file's number as its probability; a batch with `poison` kills its worker, `damaged` is unusable. */
function classifierWith({ poison = 99, damaged = 99, known = 99, code = 'worker-lost' }) {
  const batches: number[][] = [];
  const classifier: Classifier = {
    classifyFiles(files) {
      const numbers = files.map(({ path }) => Number(path));
      batches.push(numbers);
      if (numbers.includes(poison)) return Promise.reject(new SmearwatchError('lost', { code }));
      let row = -1;
      const replies = numbers.map((number): FileReply => {
        if (number === damaged) {
          const failure = { code: 'image-damaged', message: 'bad', hint: 'again', sha256: 'ab' };
          return { kind: 'unusable', failure };
        }
        if (number === known) return { kind: 'known', sha256: 'cd' };
        return { kind: 'classified', row: (row += 1), image: {} as PreparedImage };
      });
      const probabilities = Float32Array.from(
        numbers.filter((number) => number !== damaged && number !== known),
      );
      return Promise.resolve({
        models: [],
        perModel: [{ probabilities, durationMs: 1 }],
        files: replies,
        workMs: 2,
      });
    },
  };
  return { batches, classifier };
}

const files = [1, 2, 3, 4, 5, 6, 7].map(fileOf);

describe('classifyBatch', () => {
  it('gives every image its own row of the answer, also behind files that have none', async () => {
    const { classifier } = classifierWith({ damaged: 2, known: 5 });
    const outcomes = await classifyBatch(classifier, files, LIMITS, () => undefined);
    const rows = outcomes.map((outcome) =>
      'image' in outcome ? outcome.result.perModel[0]?.probabilities[outcome.row] : undefined,
    );
    expect(rows).toEqual([1, undefined, 3, 4, undefined, 6, 7]);
    expect(outcomes[1]).toMatchObject({
      error: { code: 'image-damaged', message: 'bad', hint: 'again' },
      sha256: 'ab',
    });
    expect(outcomes[4]).toMatchObject({ knownSha256: 'cd' });
  });

  it('finds the one image that kills its worker, and its neighbours finish', async () => {
    const failures: number[] = [];
    const { classifier } = classifierWith({ poison: 5 });
    const outcomes = await classifyBatch(classifier, files, LIMITS, (count) => failures.push(count));
    expect(outcomes.filter((outcome) => 'error' in outcome).map(({ file }) => file.claim.id)).toEqual([5]);
    expect(outcomes.map(({ file }) => file.claim.id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(failures).toEqual([7, 3, 2, 1]);
  });

  it('blames no image when the pool was closed', async () => {
    const { classifier, batches } = classifierWith({ poison: 5, code: 'pool-closed' });
    const outcomes = await classifyBatch(classifier, files, LIMITS, () => undefined);
    expect(outcomes.every((outcome) => 'error' in outcome)).toBe(true);
    expect(batches).toHaveLength(1);
  });
});
