import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batches } from '../../src/pipeline/batches.js';

describe('batches', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function collect({ isUrgent = (): boolean => false } = {}) {
    const source = new Subject<number>();
    const emitted: number[][] = [];
    let isComplete = false;
    source.pipe(batches({ size: () => 3, maxAgeMs: () => 40, isUrgent })).subscribe({
      next: (batch) => emitted.push(batch),
      complete: () => (isComplete = true),
    });
    return { source, emitted, isComplete: () => isComplete };
  }

  it('emits full batches at once', () => {
    const { source, emitted } = collect();
    [1, 2, 3, 4].forEach((item) => source.next(item));
    expect(emitted).toEqual([[1, 2, 3]]);
  });

  it('holds an incomplete batch back for its age, counted from its first item', () => {
    const { source, emitted } = collect();
    source.next(1);
    vi.advanceTimersByTime(30);
    source.next(2);
    vi.advanceTimersByTime(9);
    expect(emitted).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(emitted).toEqual([[1, 2]]);
  });

  it('does not hold back an urgent batch', () => {
    const { source, emitted } = collect({ isUrgent: () => true });
    source.next(1);
    expect(emitted).toEqual([[1]]);
  });

  it('emits what is left when the source completes', () => {
    const { source, emitted, isComplete } = collect();
    source.next(1);
    source.complete();
    expect(emitted).toEqual([[1]]);
    expect(isComplete()).toBe(true);
  });
});
