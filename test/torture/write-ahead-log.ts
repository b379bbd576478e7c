/**
 * Size of the log's header. The format: https://www.sqlite.org/fileformat2.html#walformat.
 */
export const HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;

export interface Commit {
  /** Offset of the first byte after its last frame. */
  readonly end: number;
  /** Pages, from 1, that it wrote. */
  readonly pages: readonly number[];
}

export interface WriteAheadLog {
  readonly pageSize: number;
  /**
   * Whole commits of this generation of the log; what follows the last is left from earlier ones, or not
   * committed.
   */
  readonly commits: readonly Commit[];
}

/** Undefined where there is no log yet. */
export function readLog(bytes: Buffer): WriteAheadLog | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const isBigEndian = (bytes.readUInt32BE(0) & 1) === 1;
  const pageSize = bytes.readUInt32BE(8);
  const salts = bytes.subarray(16, 24);
  let sum = checksum(bytes.subarray(0, 24), [0, 0], isBigEndian);
  if (sum[0] !== bytes.readUInt32BE(24) || sum[1] !== bytes.readUInt32BE(28)) return undefined;
  const commits: Commit[] = [];
  let pages: number[] = [];
  for (
    let at = HEADER_BYTES;
    at + FRAME_HEADER_BYTES + pageSize <= bytes.length;
    at += FRAME_HEADER_BYTES + pageSize
  ) {
    const end = at + FRAME_HEADER_BYTES + pageSize;
    if (!bytes.subarray(at + 8, at + 16).equals(salts)) break;
    sum = checksum(bytes.subarray(at, at + 8), sum, isBigEndian);
    sum = checksum(bytes.subarray(at + FRAME_HEADER_BYTES, end), sum, isBigEndian);
    if (sum[0] !== bytes.readUInt32BE(at + 16) || sum[1] !== bytes.readUInt32BE(at + 20)) break;
    pages.push(bytes.readUInt32BE(at));
    if (bytes.readUInt32BE(at + 4) === 0) continue;
    commits.push({ end, pages });
    pages = [];
  }
  return { pageSize, commits };
}

type Sum = readonly [number, number];

function checksum(bytes: Buffer, [first, second]: Sum, isBigEndian: boolean): Sum {
  let [a, b] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0;
    b = (b + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}
