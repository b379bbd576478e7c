import { deflateSync } from 'node:zlib';

/** PNG by hand: what no writer writes. */
const MAGIC = Buffer.from('89504e470d0a1a0a', 'hex');

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

export function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crcOf(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** The chunk with a checksum that is not its own. */
export function withBadCrc(whole: Buffer): Buffer {
  const bytes = Buffer.from(whole);
  bytes.writeUInt32BE(~bytes.readUInt32BE(bytes.length - 4) >>> 0, bytes.length - 4);
  return bytes;
}

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bits: 1 | 8;
  /** 0: grey, 2: RGB. */
  readonly colour: 0 | 2;
}

export function header({ width, height, bits, colour }: PngHeader): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data[8] = bits;
  data[9] = colour;
  return chunk('IHDR', data);
}

/** Zeros for pixels, that is black: as many as the header says. */
export function blackPixels({ width, height, bits, colour }: PngHeader): Buffer {
  const rowBytes = 1 + Math.ceil((width * bits * (colour === 2 ? 3 : 1)) / 8);
  return chunk('IDAT', deflateSync(Buffer.alloc(rowBytes * height)));
}

export function pngOf(...chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([MAGIC, ...chunks, chunk('IEND')]);
}
