import { describe, expect, it } from 'vitest';
import type { InFlight } from '../../src/pipeline/in-flight.js';
import { poolWaitMs, finishedClaims } from '../../src/pipeline/result-record.js';
import type { FileReply } from '../../src/pool/protocol.js';

const IDENTITY = {
  name: 'lenet5',
  version: '1',
  weightsSha256: '0'.repeat(64),
  engine: 'onnxruntime',
  precision: 'fp32',
} as const;

function imageOf(id: number, folderLabel?: string): InFlight {
  return {
    id,
    revision: 1,
    scanner: 'left',
    path: `${id}.png`,
    size: 100 + id,
    mtimeMs: 0,
    attempt: 1,
    reclassify: false,
    queuedAt: 0,
    folder: '/images',
    folderLabel,
    claimedAt: 100,
    queuedMs: 7,
  };
}

function classified(row: number): FileReply {
  const image = {
    format: 'png',
    decoder: 'smearwatch-png',
    width: 960,
    height: 1080,
    look: { brightness: 0.5, stained: 0 },
    isExpectedSize: true,
    doubts: [],
    decodeMs: 3.00049,
  } as const;
  return { kind: 'classified', sha256: `${row}`, row, readMs: 2, image };
}

const COMPUTED_BY = { computation: 'smearwatch-front', engineVersion: '1.2.3' } as const;

/**
 * A batch in which an image that already has a result is between two that were classified, as a lymphocyte
 * and a monocyte.
 */
const BATCH = {
  images: [imageOf(1, 'lymphocyte'), imageOf(2), imageOf(3, 'slide-7')],
  reply: {
    models: [{ identity: IDENTITY, file: '', classes: ['monocyte', 'lymphocyte'] }],
    perModel: [{ probabilities: Float32Array.of(0.25, 0.75, 1, 0), durationMs: 10, computedBy: COMPUTED_BY }],
    files: [classified(0), { kind: 'known', sha256: 'k' } as const, classified(1)],
    workMs: 20,
  },
  submittedAt: 150,
  answeredAt: 200,
};

describe('finishedClaims', () => {
  const finished = finishedClaims(BATCH, 0.9);
  const [first, last] = finished.filter((end) => 'record' in end);

  it('makes a record for each image that was classified, and refers to the result of bytes that have one', () => {
    expect(finished.map(({ claim }) => claim.id)).toEqual([1, 2, 3]);
    expect(finished[1]).toMatchObject({ claim: { id: 2 }, sha256: 'k' });
    expect(finished[1]).not.toHaveProperty('record');
    expect(first?.record).toMatchObject({
      image: {
        sha256: '0',
        scanner: 'left',
        path: '1.png',
        bytes: 101,
        width: 960,
        format: 'png',
        decoder: 'smearwatch-png',
      },
      models: [
        {
          ...IDENTITY,
          ...COMPUTED_BY,
          class: 'lymphocyte',
          probabilities: { monocyte: 0.25, lymphocyte: 0.75 },
        },
      ],
      decision: { class: 'lymphocyte', reviewReasons: ['low-confidence'] },
    });
    expect(last?.record).toMatchObject({
      image: { path: '3.png' },
      decision: { class: 'monocyte', review: false },
    });
  });

  it('takes the name of the folder as the label only if the models know that class', () => {
    expect(first?.record.label).toBe('lymphocyte');
    expect(last?.record).not.toHaveProperty('label');
  });

  it('divides the time of the models by the images that were classified', () => {
    expect(first?.record.times).toEqual({
      queued: 7,
      read: 2,
      decode: 3,
      batch: 50,
      pool: 30,
      inference: { lenet5: 5 },
    });
  });
});

it('does not count a wait for a worker below zero when clocks of threads differ', () => {
  expect(poolWaitMs({ ...BATCH, answeredAt: 160 })).toBe(0);
});
