export const IMAGE_FORMATS = ['png', 'jpeg', 'tiff', 'bmp'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

const MAGIC: readonly { format: ImageFormat; bytes: readonly number[] }[] = [
  { format: 'png', bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  // The next byte begins a marker, or is one of those that writers leave between a marker and the next.
  { format: 'jpeg', bytes: [0xff, 0xd8] },
  { format: 'tiff', bytes: [0x49, 0x49, 0x2a, 0x00] },
  { format: 'tiff', bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  // BigTIFF
  { format: 'tiff', bytes: [0x49, 0x49, 0x2b, 0x00] },
  { format: 'tiff', bytes: [0x4d, 0x4d, 0x00, 0x2b] },
  { format: 'bmp', bytes: [0x42, 0x4d] },
];

/**
 * Recognises the format by its first bytes: an extension may be wrong. Undefined: the format is not
 * supported.
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  return MAGIC.find((magic) => magic.bytes.every((byte, index) => bytes[index] === byte))?.format;
}

/** Cut so early that nothing but the beginning of a format's first bytes is left. */
export function endsInMagic(bytes: Uint8Array): boolean {
  return MAGIC.some(
    (magic) => bytes.length < magic.bytes.length && bytes.every((byte, index) => magic.bytes[index] === byte),
  );
}
