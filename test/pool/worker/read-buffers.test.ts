import { describe, expect, it } from 'vitest';
import { ReadBuffers } from '../../../src/pool/worker/read-buffers.js';

const KB = 1024;

describe('ReadBuffers', () => {
  it('gives the same memory again to a file that fits', () => {
    const buffers = new ReadBuffers(2);
    const first = buffers.take(70 * KB);
    buffers.give(first.subarray(0, 70 * KB));
    expect(buffers.take(90 * KB).buffer).toBe(first.buffer);
  });

  it('never gives memory that is in use', () => {
    const buffers = new ReadBuffers(2);
    expect(buffers.take(KB).buffer).not.toBe(buffers.take(KB).buffer);
  });

  it('takes more for a larger file', () => {
    const buffers = new ReadBuffers(2);
    buffers.give(buffers.take(KB));
    expect(buffers.take(200 * KB).length).toBeGreaterThanOrEqual(200 * KB);
  });

  it('keeps the largest ones, and no more than it should', () => {
    const buffers = new ReadBuffers(1);
    const [small, large] = [buffers.take(KB), buffers.take(500 * KB)];
    buffers.give(large);
    buffers.give(small);
    expect(buffers.take(400 * KB).buffer).toBe(large.buffer);
    expect(buffers.take(KB).buffer).not.toBe(small.buffer);
  });

  it('keeps none that only a giant needs', () => {
    const buffers = new ReadBuffers(1);
    const giant = buffers.take(100 * KB * KB);
    buffers.give(giant);
    expect(buffers.take(KB).buffer).not.toBe(giant.buffer);
  });
});
