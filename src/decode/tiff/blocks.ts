import type { TiffPage } from './read-page.js';
import { COMPRESSION, PHOTOMETRIC } from './tags.js';

/** A strip or tile in the file. */
export interface Block {
  readonly offset: number;
  /** Undefined: compressed, and the writer has not said how long it is. */
  readonly length: number | undefined;
}

/** Bytes of the first strip or tile that has any. */
export function firstBlock(bytes: Buffer, blocks: readonly Block[]): Buffer {
  const block = blocks.find(({ length = 0 }) => length > 0);
  return block === undefined
    ? Buffer.alloc(0)
    : bytes.subarray(block.offset, block.offset + (block.length ?? 0));
}

/** How many strips or tiles a page has; Infinity where its header makes no sense. */
export function blockCount(page: TiffPage): number {
  const { width, height, blockWidth, blockHeight, isPlanar, samples } = page;
  if (blockWidth === 0 || blockHeight === 0) return Infinity;
  return Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight) * (isPlanar ? samples : 1);
}

/**
 * Lists the position of every strip or tile of the page. The length of an uncompressed block is computed from
 * its pixels, not read from the file: some writers omit the counts, or write zeros.
 */
export function blocksOf(page: TiffPage): Block[] {
  return page.offsets.map((offset, at) => {
    const said = page.byteCounts[at] ?? 0;
    // A tile that was never written, of a file that is sparse.
    if (offset === 0 && said === 0) return { offset, length: 0 };
    const needed = page.compression === COMPRESSION.none ? pixelBytes(page, at) : 0;
    return { offset, length: needed > 0 ? needed : said > 0 ? said : undefined };
  });
}

/** Bytes of the pixels of a block before compression; 0 where the header makes no sense. */
function pixelBytes(page: TiffPage, at: number): number {
  const { width, blockWidth, isPlanar, samples, bits, photometric, subsampling } = page;
  const rows = rowsIn(page, at);
  const columns = page.isTiled ? blockWidth : width;
  if (photometric === PHOTOMETRIC.yCbCr && !isPlanar && samples === 3) {
    const [across, down] = subsampling ?? [0, 0];
    if (across === 0 || down === 0) return 0;
    return Math.ceil(columns / across) * Math.ceil(rows / down) * (across * down + 2) * ((bits[0] ?? 0) / 8);
  }
  const bitsOfPixel = isPlanar
    ? (bits[planeOf(page, at)] ?? 0)
    : bits.reduce((sum, channel) => sum + channel, 0);
  return rows * Math.ceil((columns * bitsOfPixel) / 8);
}

function rowsIn({ height, blockHeight, isTiled, ...page }: TiffPage, at: number): number {
  if (isTiled || blockHeight === 0) return blockHeight;
  const perPlane = Math.ceil(height / blockHeight);
  const first = (page.isPlanar ? at % perPlane : at) * blockHeight;
  return Math.max(0, Math.min(blockHeight, height - first));
}

function planeOf(page: TiffPage, at: number): number {
  const count = blockCount(page);
  return Number.isFinite(count) && count > 0 ? Math.floor(at / (count / page.samples)) : 0;
}
