/**
 * The pixel contract that decoding, training and every model share (see ARCHITECTURE.md, "One contract"):
 * uint8, 256 rows × 256 columns × 3 channels, RGB, interleaved, no padding.
 */
export const IMAGE_SIDE = 256;
export const IMAGE_CHANNELS = 3;
/** Bytes of one image in the contract's form: 256 × 256 × 3 = 196,608. */
export const IMAGE_BYTES = IMAGE_SIDE * IMAGE_SIDE * IMAGE_CHANNELS;

/** Whether our own decoder decodes what it can: the choices of `pipeline.decoder`. */
export const DECODER_CHOICES = ['auto', 'libvips'] as const;
export type DecoderChoice = (typeof DECODER_CHOICES)[number];

/** What made an image's pixels, for the result's record. Only ever added to. */
export const DECODERS = [
  'smearwatch-jpeg',
  'smearwatch-png',
  'smearwatch-tiff',
  'smearwatch-bmp',
  'libvips',
] as const;
export type DecoderName = (typeof DECODERS)[number];

/**
 * Why libvips decoded a JPEG, PNG or TIFF although our decoder is on. `image-not-ordinary`: our decoder does
 * not take its kind, or it is not whole. `kernel-unavailable`: our decoder cannot run on this computer.
 * `kernel-failed`: it ended early.
 */
export const DECODER_FALLBACKS = ['image-not-ordinary', 'kernel-unavailable', 'kernel-failed'] as const;
export type DecoderFallback = (typeof DECODER_FALLBACKS)[number];

/** How an image was decoded. */
export interface DecodedBy {
  readonly decoder: DecoderName;
  readonly fallback?: DecoderFallback | undefined;
}

/** Width × height in pixels that slide scanners write. */
export const SCANNER_SIZE = { width: 960, height: 1080 } as const;

/**
 * The three classes of the paper, in the order of every probabilities vector. Folder names are the same
 * words.
 */
export const CELL_CLASSES = ['normal-monocyte', 'abnormal-monocyte', 'lymphocyte'] as const;
export type CellClass = (typeof CELL_CLASSES)[number];
