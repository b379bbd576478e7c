/**
 * First bytes of what is taken for text by mistake. UTF-32 comes first: its mark begins with the one of
 * UTF-16.
 */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['UTF-32 LE', [0xff, 0xfe, 0, 0]],
  ['UTF-32 BE', [0, 0, 0xfe, 0xff]],
  ['UTF-16 LE', [0xff, 0xfe]],
  ['UTF-16 BE', [0xfe, 0xff]],
  ['an Excel workbook (.xlsx) or another ZIP file', [0x50, 0x4b, 3, 4]],
  ['an Excel workbook (.xls)', [0xd0, 0xcf, 0x11, 0xe0]],
];
/** Enough to tell UTF-16 without a mark. */
const SAMPLE_BYTES = 4096;
/**
 * Windows-1252 from 0x80 to 0x9F; a space is a byte without a character. The other bytes are those of
 * Latin-1. Some versions of Node decode `windows-1252` as Latin-1.
 */
const FROM_0X80 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/**
 * What bytes are that are surely not UTF-8 text, by their first bytes or, for UTF-16 without a mark, by their
 * zeros.
 */
export function encodingOf(bytes: Buffer): string | undefined {
  const marked = MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  return marked === undefined ? utf16WithoutMark(bytes.subarray(0, SAMPLE_BYTES)) : marked[0];
}

/** Whether every byte has a character in Windows-1252. */
export function isOneByteText(bytes: Buffer): boolean {
  return bytes.every((byte) => characterOf(byte) !== ' ' || byte === 0x20);
}

/** `0xF6 ("ö")`: the byte, and its character in Windows-1252. */
export function showByte(byte: number): string {
  const hex = `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  const character = characterOf(byte);
  return character === ' ' ? hex : `${hex} ("${character}")`;
}

function characterOf(byte: number): string {
  return FROM_0X80[byte - 0x80] ?? String.fromCharCode(byte);
}

/** European text in UTF-16 has a zero in nearly every second byte. */
function utf16WithoutMark(sample: Buffer): string | undefined {
  const pairs = sample.length >> 1;
  if (pairs === 0) return undefined;
  const zeros = [0, 0];
  sample.forEach((byte, index) => (zeros[index % 2] = (zeros[index % 2] ?? 0) + (byte === 0 ? 1 : 0)));
  const [even = 0, odd = 0] = zeros;
  if (odd > 0.5 * pairs && even < 0.1 * pairs) return 'UTF-16 LE';
  if (even > 0.5 * pairs && odd < 0.1 * pairs) return 'UTF-16 BE';
  return undefined;
}
