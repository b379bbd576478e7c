import { crc32 } from 'node:zlib';
import type { Format } from '../parts.js';

const JPEG_COMMENT = 0xfffe;
const START_OF_IMAGE_BYTES = 2;
/** Size of the last chunk: length, type, no data and checksum. */
const PNG_END_BYTES = 12;

/**
 * Makes the same picture as another file, by a comment in it: an image is identified by its bytes, and files
 * with the same bytes are classified once. So a hundred drawn smears can stand for a thousand.
 */
export function distinctCopy(bytes: Buffer, format: Format, number: number): Buffer {
  const comment = Buffer.from(`Smearwatch bench ${number}`);
  switch (format) {
    case 'jpeg':
      return insert(bytes, START_OF_IMAGE_BYTES, jpegComment(comment));
    case 'png':
      return insert(bytes, bytes.length - PNG_END_BYTES, pngText(comment));
    case 'tiff':
      // Nothing refers to the comment: a reader follows the offsets.
      return Buffer.concat([bytes, comment]);
    default:
      return format satisfies never;
  }
}

function jpegComment(text: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(JPEG_COMMENT, 0);
  // The length counts itself.
  head.writeUInt16BE(text.length + 2, 2);
  return Buffer.concat([head, text]);
}

function pngText(text: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('tEXtComment\0'), text]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

function insert(bytes: Buffer, at: number, more: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}
