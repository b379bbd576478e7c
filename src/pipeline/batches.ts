import { Observable, type OperatorFunction } from 'rxjs';

export interface BatchPolicy {
  /** Items in a full batch. */
  readonly size: () => number;
  /** Workers that have nothing to do. */
  readonly idle: () => number;
  /** Emits when a worker has become idle. */
  readonly freed$: Observable<unknown>;
}

/**
 * Groups items into arrays. While all workers are busy, items wait until a batch is full; as soon as some
 * workers are idle, the waiting items are divided among them. So batches are full under load, and at low load
 * an image does not wait. (RxJS's `bufferTime` starts its clock without an item and has no notion of
 * workers.)
 */
export function batches<T>({ size, idle, freed$ }: BatchPolicy): OperatorFunction<T, T[]> {
  return (source) =>
    new Observable<T[]>((subscriber) => {
      let waiting: T[] = [];
      let isDividing = false;
      const emit = (count: number): void => {
        const batch = waiting.slice(0, count);
        waiting = waiting.slice(count);
        subscriber.next(batch);
      };
      const divide = (): void => {
        isDividing = false;
        const workers = idle();
        const share = workers > 0 ? Math.ceil(waiting.length / workers) : Infinity;
        for (let left = workers; left > 0 && waiting.length > 0; left -= 1) emit(Math.min(share, size()));
        while (waiting.length >= size()) emit(size());
      };
      // Items arrive in bursts: items that arrive together are divided together.
      const divideSoon = (): void => {
        if (isDividing) return;
        isDividing = true;
        queueMicrotask(() => {
          if (!subscriber.closed) divide();
        });
      };
      const subscription = source.subscribe({
        next: (item) => {
          waiting.push(item);
          divideSoon();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          while (waiting.length > 0) emit(size());
          subscriber.complete();
        },
      });
      subscription.add(freed$.subscribe(divideSoon));
      return subscription;
    });
}
