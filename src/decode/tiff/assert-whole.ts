import { imageDamaged, imageTruncated } from '../failures.js';
import type { Block } from './blocks.js';
import type { FirstPage } from './first-page.js';
import type { TiffDirectory, TiffFile } from './read-directory.js';
import type { TiffPage } from './read-page.js';
import { COMPRESSION, PHOTOMETRIC, TAG, TYPE } from './tags.js';

/**
 * Refuses a page of which the file has not every pixel.
 * @param count of the strips or tiles that its rows and columns need
 * @throws SmearwatchError `image-truncated`, `image-damaged`
 */
export function assertWhole(
  { file, directory, page }: FirstPage,
  blocks: readonly Block[],
  count: number,
): void {
  const what = page.isTiled ? 'tiles' : 'strips';
  if (blocks.length < count) throw imageDamaged(`it has ${blocks.length} of its ${count} ${what}`);
  for (const [at, block] of blocks.entries()) {
    switch (problemOf(block, { file, page, at })) {
      case 'unwritten':
        throw imageTruncated(`some of its ${what} were never written`);
      case 'cut':
        throw imageTruncated('the file ends before its last pixels');
      case 'in-header':
        throw imageDamaged(`some of its ${what} begin within its header`);
      case 'short':
        throw imageDamaged(`some of its ${what} are shorter than their pixels`);
      case undefined:
    }
  }
  assertWholeTables(page, directory, file.size);
}

type BlockProblem = 'unwritten' | 'cut' | 'in-header' | 'short';

/** What is wrong with the place of a strip or tile; undefined: it is in the file. */
export function problemOf(
  { offset, length = 0 }: Block,
  { file, page, at }: { file: TiffFile; page: TiffPage; at: number },
): BlockProblem | undefined {
  if (offset === 0 || length === 0) return 'unwritten';
  if (offset < (file.isBig ? 16 : 8)) return 'in-header';
  if (offset + length > file.size) return 'cut';
  const said = page.byteCounts[at] ?? 0;
  // Without compression, the length is what the pixels need.
  const isShort = page.compression === COMPRESSION.none && said > 0 && said < length;
  return isShort ? 'short' : undefined;
}

/** What colours are made with lies apart from the pixels. */
function assertWholeTables(page: TiffPage, { entries }: TiffDirectory, size: number): void {
  for (const tag of [TAG.palette, TAG.jpegTables, TAG.colourProfile]) {
    const entry = entries.get(tag);
    if (entry !== undefined && entry.position + entry.byteLength > size)
      throw imageTruncated('the file ends before its palette, profile or tables');
  }
  if (page.photometric !== PHOTOMETRIC.palette) return;
  const palette = entries.get(TAG.palette);
  const needed = 3 * 2 ** (page.bits[0] ?? 0);
  if (palette?.type !== TYPE.short || palette.count !== needed)
    throw imageDamaged(`its palette has not the ${needed} numbers that it needs`);
}
