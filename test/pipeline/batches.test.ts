import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { batches } from '../../src/pipeline/batches.js';

/** Batches of 3, with `workers.idle` as the number of idle workers. */
function collect(idle = 0) {
  const source = new Subject<number>();
  const freed$ = new Subject<void>();
  const workers = { idle };
  const emitted: number[][] = [];
  let isComplete = false;
  source.pipe(batches({ size: () => 3, idle: () => workers.idle, freed$ })).subscribe({
    next: (batch) => emitted.push(batch),
    complete: () => (isComplete = true),
  });
  const put = async (...items: number[]): Promise<void> => {
    items.forEach((item) => source.next(item));
    await Promise.resolve();
  };
  return { source, freed$, workers, emitted, put, isComplete: () => isComplete };
}

describe('batches', () => {
  it('are full while all workers are busy, and the rest waits for a full batch', async () => {
    const { put, emitted } = collect();
    await put(1, 2, 3, 4);
    await put(5);
    expect(emitted).toEqual([[1, 2, 3]]);
    await put(6);
    expect(emitted).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('leave no item waiting while a worker is idle', async () => {
    const { put, emitted } = collect(1);
    await put(1);
    expect(emitted).toEqual([[1]]);
  });

  it('divide what came together among the idle workers', async () => {
    const { put, emitted } = collect(2);
    await put(1, 2, 3);
    expect(emitted).toEqual([[1, 2], [3]]);
  });

  it('go when a worker becomes idle', async () => {
    const { put, emitted, workers, freed$ } = collect();
    await put(1, 2);
    expect(emitted).toEqual([]);
    workers.idle = 1;
    freed$.next();
    await Promise.resolve();
    expect(emitted).toEqual([[1, 2]]);
  });

  it('are never larger than full, for any number of items', async () => {
    const { put, emitted } = collect(2);
    await put(1, 2, 3, 4, 5, 6, 7, 8);
    expect(emitted).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('emit what is left when the source completes', () => {
    const { source, emitted, isComplete } = collect();
    source.next(1);
    source.complete();
    expect(emitted).toEqual([[1]]);
    expect(isComplete()).toBe(true);
  });
});
