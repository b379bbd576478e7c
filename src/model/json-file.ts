const BOM = [0xef, 0xbb, 0xbf];
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BRACE = 0x7b;

/**
 * Whether a file is a JSON object, by its first bytes. An ONNX file begins with the tag of a field; a brace
 * would be the tag of a group, and ONNX has no groups.
 */
export function isJson(start: Uint8Array): boolean {
  const afterMark = BOM.every((byte, index) => start[index] === byte) ? start.subarray(BOM.length) : start;
  return afterMark.find((byte) => !SPACES.has(byte)) === BRACE;
}
