import { describe, expect, it } from 'vitest';
import { contentHash } from '../../src/dataset/content-hash.js';

describe('contentHash', () => {
  it('depends on the images, not on their order', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ sha256: name.repeat(64) }));
    expect(contentHash([a!, b!])).toBe(contentHash([b!, a!]));
    expect(contentHash([a!, b!])).not.toBe(contentHash([a!, c!]));
    expect(contentHash([a!, b!])).toMatch(/^[0-9a-f]{64}$/);
  });
});
