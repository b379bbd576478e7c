/** JPEG by hand: what no writer writes. */
export interface Part {
  readonly marker: number;
  /** Offsets in the file, with the marker and, of a scan, the entropy-coded data. */
  readonly start: number;
  readonly end: number;
}

export const SCAN = 0xda;
export const TABLES = 0xc4;

/** A segment with its marker and length. */
export function segment(marker: number, data: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(data as string, 'latin1');
  return Buffer.concat([
    Buffer.from([0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255]),
    bytes,
  ]);
}

/** Every segment of a whole JPEG, which has nothing between them, but for its start and end markers. */
export function partsOf(bytes: Buffer): Part[] {
  const parts: Part[] = [];
  for (let at = 2; bytes[at + 1] !== 0xd9;) {
    const marker = bytes[at + 1] ?? 0;
    let end = at + 2 + bytes.readUInt16BE(at + 2);
    if (marker === SCAN)
      while (bytes[end] !== 0xff || [0, ...RESTARTS].includes(bytes[end + 1] ?? 0)) end += 1;
    parts.push({ marker, start: at, end });
    at = end;
  }
  return parts;
}

const RESTARTS = [0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7];

/** Puts bytes into a file at an offset. */
export function inserted(bytes: Buffer, at: number, ...more: readonly Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), ...more, bytes.subarray(at)]);
}

/**
 * Returns a copy with another marker or other bytes at the beginning of the first segment that has `marker`.
 */
export function withPart(bytes: Buffer, marker: number, change: (part: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  const part = partsOf(bytes).find((candidate) => candidate.marker === marker);
  if (part === undefined) throw new Error(`no segment ${marker.toString(16)}`);
  change(copy.subarray(part.start, part.end));
  return copy;
}
