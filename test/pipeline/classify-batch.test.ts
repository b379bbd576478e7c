import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SmearwatchError, type ErrorCode } from '../../src/errors.js';
import { classifyBatch, type AnsweredBatch, type FailedBatch } from '../../src/pipeline/classify-batch.js';
import type { InFlight } from '../../src/pipeline/in-flight.js';
import type { Classifier } from '../../src/pool/classifier.js';
import type { FileReply, PreparedImage } from '../../src/pool/protocol.js';

const LIMITS = { maxFileBytes: 1e6, maxPixels: 1e6, readWithinMs: 1000 };

const imageOf = (id: number): InFlight => ({ id, path: String(id) }) as InFlight;
const idsOf = ({ images }: AnsweredBatch | FailedBatch): number[] => images.map(({ id }) => id);
const isAnswered = (batch: AnsweredBatch | FailedBatch): batch is AnsweredBatch => 'reply' in batch;

/**
 * A classifier for tests. A batch with `poison` kills its worker; if the last file of a batch is `forgotten`,
 * the answer leaves it out.
 */
function classifierWith({ poison = 99, forgotten = 99, code = 'worker-lost' as ErrorCode }) {
  const batches: number[][] = [];
  const classifier: Classifier = {
    classifyFiles(files) {
      const numbers = files.map(({ path }) => Number(path));
      batches.push(numbers);
      if (numbers.includes(poison)) return Promise.reject(new SmearwatchError(code, 'lost'));
      const replies = numbers
        .filter((number) => number !== forgotten)
        .map((number, row): FileReply => {
          return { kind: 'classified', sha256: `${number}`, row, readMs: 1, image: {} as PreparedImage };
        });
      return Promise.resolve({ models: [], perModel: [], files: replies, workMs: 2 });
    },
  };
  return { batches, classifier };
}

async function partsOf(
  classifier: Classifier,
  { images = [1, 2, 3, 4, 5, 6, 7], failures = [] as number[] } = {},
) {
  const parts$ = classifyBatch(classifier, images.map(imageOf), LIMITS, (count) => failures.push(count));
  const parts = await lastValueFrom(parts$.pipe(toArray()));
  return { answered: parts.filter(isAnswered), failed: parts.filter((part) => 'error' in part), failures };
}

describe('classifyBatch', () => {
  it('keeps the answers beside the images that they are about', async () => {
    const { answered, failed } = await partsOf(classifierWith({}).classifier);
    expect(answered.map(idsOf)).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
    expect(answered[0]?.reply.files).toMatchObject(
      ['1', '2', '3', '4', '5', '6', '7'].map((sha256) => ({ sha256 })),
    );
    expect(failed).toEqual([]);
  });

  it('finds the one image that kills its worker, and its neighbours finish, each part with an answer of its own', async () => {
    const { answered, failed, failures } = await partsOf(classifierWith({ poison: 5 }).classifier);
    expect(failed.map(idsOf)).toEqual([[5]]);
    expect(answered.map(idsOf).sort()).toEqual([[1, 2, 3, 4], [6], [7]]);
    for (const { images, reply } of answered)
      expect(reply.files).toMatchObject(images.map(({ path }) => ({ sha256: path })));
    expect(failures).toEqual([7, 3, 2, 1]);
  });

  it('emits what has been answered before the rest of a divided batch has', async () => {
    const { classifier } = classifierWith({ poison: 2 });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const slow: Classifier = {
      async classifyFiles(files, limits) {
        if (files.length === 1) await released;
        return classifier.classifyFiles(files, limits);
      },
    };
    const first = await new Promise<AnsweredBatch | FailedBatch>((resolve) => {
      classifyBatch(slow, [1, 2, 3, 4].map(imageOf), LIMITS, () => undefined).subscribe(resolve);
    });
    expect(idsOf(first)).toEqual([3, 4]);
    release();
  });

  it('blames no image when the pool was closed', async () => {
    const { classifier, batches } = classifierWith({ poison: 5, code: 'pool-closed' });
    const { answered, failed } = await partsOf(classifier);
    expect(answered).toEqual([]);
    expect(failed.map(idsOf)).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
    expect(batches).toHaveLength(1);
  });

  it('trusts no answer that is not about each of its files', async () => {
    const { answered, failed } = await partsOf(classifierWith({ forgotten: 5 }).classifier);
    expect(answered).toEqual([]);
    expect(failed.map(({ error }) => String(error))).toEqual(['Error: A worker answered for 6 of 7 files']);
  });
});
