import { imageDamaged, imageTooLarge, imageTruncated, kindUnsupported } from '../failures.js';
import type { Inspection } from '../inspection.js';
import { assertWhole } from './assert-whole.js';
import { blockCount, blocksOf, firstBlock, type Block } from './blocks.js';
import { cleanTiff } from './clean-tiff.js';
import { MOST_BLOCKS, readFirstPage, type FirstPage } from './first-page.js';
import { unsupportedJpegIn } from './jpeg-block.js';
import type { TiffProblem } from './read-directory.js';
import { unsupportedIn } from './unsupported.js';

const HINT = 'Let the scanner write 8-bit RGB, as PNG or as TIFF with LZW, deflate or no compression.';

/**
 * Checks the first page of a TIFF from its header alone, and gives libvips a file with nothing to remark on:
 * what then fails is about pixels.
 * @throws SmearwatchError `image-truncated`, `image-damaged`, `image-format-unsupported`, `image-too-large`
 */
export function inspectTiff(bytes: Buffer, maxPixels: number): Inspection {
  const first = orThrow(readFirstPage(bytes));
  const blocks = checkedBlocks(first, bytes, maxPixels);
  return {
    input: cleanTiff(bytes, first, blocks),
    assertWhole: () => undefined,
    repaired: () => undefined,
    failure: (cause) => {
      const unsupported = unsupportedJpegIn(first.page, firstBlock(bytes, blocks));
      return unsupported === undefined
        ? imageDamaged('its TIFF data cannot be decoded (its compressed pixels are wrong)', cause)
        : kindUnsupported('TIFF', unsupported, HINT);
    },
  };
}

/** The strips or tiles that the page has, all of them in the file. */
function checkedBlocks(first: FirstPage, bytes: Buffer, maxPixels: number): Block[] {
  const { page } = first;
  const { width, height } = page;
  if (width === 0 || height === 0) throw imageDamaged(`its header says ${width}×${height} pixels`);
  const count = blockCount(page);
  const blocks = withLengths(blocksOf(page).slice(0, count), bytes.length);
  const unsupported = unsupportedIn(page, firstBlock(bytes, blocks));
  if (unsupported !== undefined) throw kindUnsupported('TIFF', unsupported, HINT);
  if (width * height > maxPixels) throw imageTooLarge(`${width}×${height}`, maxPixels);
  if (!Number.isFinite(count)) throw imageDamaged('its header says strips or tiles without pixels');
  if (count > MOST_BLOCKS) throw kindUnsupported('TIFF', `more than ${MOST_BLOCKS} strips or tiles`, HINT);
  assertWhole(first, blocks, count);
  return blocks;
}

function orThrow(first: FirstPage | TiffProblem): FirstPage {
  if (first === 'cut') throw imageTruncated('the file ends before its directory, or within it');
  if (first === 'absurd') throw imageDamaged('its TIFF directory makes no sense');
  return first;
}

/** Compressed bytes without a count reach to the next strip or tile, or to the file's end. */
function withLengths(blocks: readonly Block[], size: number): Block[] {
  if (blocks.every(({ length }) => length !== undefined)) return [...blocks];
  const ends = new Map<number, number>();
  let end = size;
  for (const offset of [...new Set(blocks.map(({ offset }) => offset))].sort((one, other) => other - one)) {
    ends.set(offset, end);
    end = offset;
  }
  return blocks.map(({ offset, length }) => ({
    offset,
    length: length ?? Math.max(0, (ends.get(offset) ?? size) - offset),
  }));
}
