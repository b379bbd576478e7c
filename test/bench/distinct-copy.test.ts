import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/bench/parts.js';
import { distinctCopy } from '../../src/bench/prepare/distinct-copy.js';
import { decodeImage } from '../../src/decode/decode-image.js';
import { encodeSmear } from '../../src/generate/render-file.js';
import { drawSmear } from '../../src/generate/smear.js';

describe.each(FORMATS)('a copy of a %s', (format) => {
  it('has other bytes than the file and than the next copy, and the same picture', async () => {
    const file = await encodeSmear(drawSmear({ seed: 3, index: 0, width: 96, height: 108 }), format);
    const copies = [1, 2].map((number) => distinctCopy(file, format, number));
    expect(new Set([file, ...copies].map((bytes) => bytes.toString('hex'))).size).toBe(3);
    const { pixels } = await decodeImage(file);
    for (const copy of copies) expect((await decodeImage(copy)).pixels.equals(pixels)).toBe(true);
  });
});
