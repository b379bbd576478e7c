import { Observable, type OperatorFunction } from 'rxjs';

export interface BatchPolicy {
  /** Items in a full batch. */
  readonly size: () => number;
  /** Milliseconds that an incomplete batch is held back at most. */
  readonly maxAgeMs: () => number;
  /** Nothing more is on its way and somebody is waiting: an incomplete batch need not wait for its age. */
  readonly isUrgent: () => boolean;
}

/**
 * Groups items into arrays: when `size` is reached, when the first item is `maxAgeMs` old, or at once when `isUrgent`.
 * At full load batches are full; at low load an image waits for nothing. (RxJS's `bufferTime` starts its clock without
 * an item and cannot be urgent.)
 */
export function batches<T>({ size, maxAgeMs, isUrgent }: BatchPolicy): OperatorFunction<T, T[]> {
  return (source) =>
    new Observable<T[]>((subscriber) => {
      let batch: T[] = [];
      let timer: NodeJS.Timeout | undefined;
      const flush = (): void => {
        clearTimeout(timer);
        timer = undefined;
        if (batch.length === 0) return;
        const full = batch;
        batch = [];
        subscriber.next(full);
      };
      const subscription = source.subscribe({
        next: (item) => {
          batch.push(item);
          if (batch.length >= size() || isUrgent()) flush();
          else timer ??= setTimeout(flush, maxAgeMs());
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          flush();
          subscriber.complete();
        },
      });
      return () => {
        clearTimeout(timer);
        subscription.unsubscribe();
      };
    });
}
