/** The second byte of a marker, which tells what follows it (ITU-T T.81, table B.1). */
export const MARKER = {
  arithmeticConditions: 0xcc,
  huffmanTables: 0xc4,
  jpegExtension: 0xc8,
  restart0: 0xd0,
  restart7: 0xd7,
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  lastOfTables: 0xdf,
  app0: 0xe0,
  app14: 0xee,
  app15: 0xef,
  comment: 0xfe,
} as const;

export interface JpegSegment {
  readonly marker: number;
  /** Offset of its 0xFF, without fill bytes before it. */
  readonly start: number;
  /** Offset behind its parameters, and behind the entropy-coded data that follows a scan's header. */
  readonly end: number;
  /** The segment's parameters, without their length. */
  readonly data: Buffer;
}

export interface JpegLayout {
  /** From the first one behind the start marker to the end marker, if that is there. */
  readonly segments: readonly JpegSegment[];
  /** There are bytes between segments that belong to none. */
  readonly hasJunk: boolean;
  /** The end marker was reached. */
  readonly isWhole: boolean;
}

const FILL = 0xff;

/**
 * The segments of a JPEG file in their order. Bytes between two segments that belong to none are skipped, as
 * libjpeg skips them, up to the next marker that JPEG files have.
 */
export function readJpegSegments(bytes: Buffer): JpegLayout {
  const segments: JpegSegment[] = [];
  let hasJunk = false;
  for (let at = 2; ;) {
    const start = nextMarker(bytes, at);
    if (start === undefined) return { segments, hasJunk, isWhole: false };
    hasJunk ||= start > skipFill(bytes, at);
    const segment = readSegment(bytes, start);
    if (segment === undefined) return { segments, hasJunk, isWhole: false };
    segments.push(segment);
    if (segment.marker === MARKER.end) return { segments, hasJunk, isWhole: true };
    at = segment.end;
  }
}

/** The offset of the last 0xFF of a run of them, which is where the marker begins if one is there. */
function skipFill(bytes: Buffer, at: number): number {
  let start = at;
  while (bytes[start] === FILL && bytes[start + 1] === FILL) start += 1;
  return start;
}

function nextMarker(bytes: Buffer, at: number): number | undefined {
  const expected = skipFill(bytes, at);
  if (bytes[expected] === FILL && isMarker(bytes[expected + 1])) return expected;
  for (let start = bytes.indexOf(FILL, at); start >= 0; start = bytes.indexOf(FILL, start + 1))
    if (isCommonMarker(bytes[start + 1])) return start;
  return undefined;
}

/** Returns true for a second byte that begins a segment, at a place where a marker is expected. */
function isMarker(byte = 0): boolean {
  return byte >= 0xc0 && byte < 0xff && !isRestart(byte);
}

/** Among junk, two bytes that look like a rare marker are more likely junk. */
function isCommonMarker(byte = 0): boolean {
  const isTable = byte >= 0xc0 && byte <= MARKER.lastOfTables && byte !== MARKER.jpegExtension;
  const isApplication = byte >= MARKER.app0 && byte <= MARKER.app15;
  return (isTable && !isRestart(byte)) || isApplication || byte === MARKER.comment;
}

function isRestart(byte: number): boolean {
  return byte >= MARKER.restart0 && byte <= MARKER.restart7;
}

/** Undefined: the file ends before the segment does. */
function readSegment(bytes: Buffer, start: number): JpegSegment | undefined {
  const marker = bytes[start + 1] ?? 0;
  const at = start + 2;
  if (marker === MARKER.start || marker === MARKER.end)
    return { marker, start, end: at, data: bytes.subarray(at, at) };
  if (at + 2 > bytes.length) return undefined;
  // The length counts itself. A smaller one is absurd, and libjpeg then reads on behind it.
  const end = at + Math.max(2, bytes.readUInt16BE(at));
  if (end > bytes.length) return undefined;
  const data = bytes.subarray(at + 2, end);
  return { marker, start, end: marker === MARKER.scan ? endOfScan(bytes, end) : end, data };
}

/**
 * Entropy-coded data continues to the first marker: in it, 0xFF is followed by 0, a restart's number or
 * another 0xFF.
 */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(FILL, from); at >= 0; at = bytes.indexOf(FILL, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) return bytes.length;
    if (next !== 0 && next !== FILL && !isRestart(next)) return at;
  }
  return bytes.length;
}
