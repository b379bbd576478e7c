/**
 * Every tag that changes what pixels a page has. All others are remarks about the picture and are never
 * looked at.
 */
export const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  largestSample: 281,
  planar: 284,
  t4Options: 292,
  predictor: 317,
  palette: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  colourWeights: 529,
  subsampling: 530,
  blackAndWhite: 532,
  colourProfile: 34_675,
  dngVersion: 50_706,
} as const;

export const COMPRESSION = {
  none: 1,
  ccittRle: 2,
  ccittT4: 3,
  ccittT6: 4,
  lzw: 5,
  jpeg: 7,
  deflate: 8,
  packBits: 32_773,
  oldDeflate: 32_946,
  webp: 50_001,
} as const;

export const PHOTOMETRIC = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  cmyk: 5,
  yCbCr: 6,
} as const;

/** Meanings of a channel beyond those of the colour (ExtraSamples). */
export const EXTRA = { unspecified: 0, premultipliedAlpha: 1, alpha: 2 } as const;

/** The field types of TIFF 6.0 and BigTIFF. */
export const TYPE = { short: 3, long: 4, rational: 5, undefined: 7, long8: 16 } as const;

/** Bytes of a value by its type number; 0 for types that do not exist. */
export const TYPE_BYTES: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
/**
 * Types that hold whole numbers. Signed ones are read as if unsigned: no tag of ours has a negative value.
 */
export const WHOLE_TYPES: ReadonlySet<number> = new Set([1, 3, 4, 6, 8, 9, 13, 16, 17, 18]);
