import { MARKER, type JpegSegment } from './segments.js';

/** What a frame header says (ITU-T T.81, B.2.2). */
export interface JpegFrame {
  readonly marker: number;
  readonly bits: number;
  readonly width: number;
  /** 0: the first scan is followed by the number of lines (DNL). */
  readonly height: number;
  readonly channels: number;
  /** How many samples of each channel there are across and down, relative to each other. */
  readonly factors: readonly (readonly [across: number, down: number])[];
}

const NOT_FRAMES: readonly number[] = [
  MARKER.huffmanTables,
  MARKER.jpegExtension,
  MARKER.arithmeticConditions,
];
const JPEG_LS = 0xf7;
const HIERARCHICAL: readonly number[] = [0xde, 0xdf];

/** How pixels are coded, by the frame header's marker: the codings that are not decoded. */
const CODINGS: Readonly<Record<number, string>> = {
  0xc5: 'hierarchical coding',
  0xc6: 'hierarchical coding',
  0xc7: 'hierarchical coding',
  0xcb: 'lossless arithmetic coding',
  0xcd: 'hierarchical coding',
  0xce: 'hierarchical coding',
  0xcf: 'hierarchical coding',
  [JPEG_LS]: 'JPEG-LS compression',
};
/** Lossless with Huffman codes, which is decoded for samples of 8 bits. */
const LOSSLESS = 0xc3;

/** Reads the first frame header; undefined if it is missing or truncated. */
export function readJpegFrame(segments: readonly JpegSegment[]): JpegFrame | undefined {
  const segment = segments.find(
    ({ marker, data }) => (isFrame(marker) || marker === JPEG_LS) && data.length >= 6,
  );
  if (segment === undefined) return undefined;
  const { marker, data } = segment;
  return {
    marker,
    bits: data.readUInt8(0),
    height: data.readUInt16BE(1),
    width: data.readUInt16BE(3),
    channels: data.readUInt8(5),
    factors: Array.from({ length: Math.floor((data.length - 6) / 3) }, (_, channel) => {
      const both = data.readUInt8(7 + 3 * channel);
      return [both >> 4, both & 0x0f];
    }),
  };
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.includes(marker);
}

/** What a JPEG has that is not decoded, for "The JPEG has …"; undefined: nothing that its headers tell. */
export function unsupportedInJpeg(segments: readonly JpegSegment[]): string | undefined {
  if (segments.some(({ marker }) => HIERARCHICAL.includes(marker))) return 'hierarchical coding';
  const frame = readJpegFrame(segments);
  const coding = frame && (CODINGS[frame.marker] ?? unsupportedInFrame(frame));
  return coding ?? unsupportedExtension(segments) ?? unsupportedColours(segments);
}

function unsupportedInFrame({ marker, bits, width, height, channels }: JpegFrame): string | undefined {
  if (bits !== 8) return marker === LOSSLESS ? `lossless ${bits}-bit samples` : `${bits}-bit samples`;
  if (height === 0 && width > 0) return 'no height in its header (DNL)';
  return [1, 3, 4].includes(channels) ? undefined : `${channels} colour channels`;
}

/** Markers that part 3 of the standard reserves: what they announce changes how scans are read. */
function unsupportedExtension(segments: readonly JpegSegment[]): string | undefined {
  const found = segments.find(({ marker }) => marker >= 0xf0 && marker < MARKER.comment);
  return found && `an extension of JPEG (marker ${found.marker.toString(16).toUpperCase()})`;
}

/** Adobe's segment says how colours are coded: 0 is as they are, 1 YCbCr, 2 YCCK. */
function unsupportedColours(segments: readonly JpegSegment[]): string | undefined {
  const adobe = segments.find(({ marker, data }) => marker === MARKER.app14 && isAdobe(data));
  const transform = adobe?.data[11] ?? 0;
  return transform > 2 ? `an unknown colour transform (Adobe ${transform})` : undefined;
}

function isAdobe(data: Buffer): boolean {
  return data.length >= 12 && data.toString('latin1', 0, 5) === 'Adobe';
}
