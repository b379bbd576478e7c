import { describe, expect, it } from 'vitest';
import { availableCores } from '../../../src/available-cores.js';
import { trainingEnvironment } from '../../../src/model/tensorflow/environment.js';

describe('the environment of a training process', () => {
  it('lets glibc keep freed memory up to more than any tensor takes', () => {
    const alexNetBytes = 60e6 * 4;
    const { MALLOC_MMAP_THRESHOLD_: threshold, MALLOC_TRIM_THRESHOLD_: trim } = trainingEnvironment();
    expect(Number(threshold)).toBeGreaterThan(alexNetBytes);
    expect(Number(trim)).toBeGreaterThan(10 * alexNetBytes);
  });

  it('limits the threads of a kernel to those asked for, by default one per core', () => {
    expect(trainingEnvironment({ threads: 3 })).toMatchObject({
      TF_NUM_INTRAOP_THREADS: '3',
      OMP_NUM_THREADS: '3',
    });
    expect(trainingEnvironment()['TF_NUM_INTRAOP_THREADS']).toBe(String(availableCores()));
  });
});
