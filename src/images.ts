/**
 * The pixel contract that decoding, training and every model share (see ARCHITECTURE.md, "One contract"):
 * uint8, 256 rows × 256 columns × 3 channels, RGB, interleaved, no padding.
 */
export const IMAGE_SIDE = 256;
export const IMAGE_CHANNELS = 3;
/** Bytes of one image in the contract's form: 256 × 256 × 3 = 196,608. */
export const IMAGE_BYTES = IMAGE_SIDE * IMAGE_SIDE * IMAGE_CHANNELS;

/** Width × height in pixels that slide scanners write. */
export const SCANNER_SIZE = { width: 960, height: 1080 } as const;

/** The three classes of the paper, in the order of every probabilities vector. Folder names are the same words. */
export const CELL_CLASSES = ['normal-monocyte', 'abnormal-monocyte', 'lymphocyte'] as const;
export type CellClass = (typeof CELL_CLASSES)[number];
