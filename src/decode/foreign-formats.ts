/** What the file is instead, in the words that stand after "The file is". */
interface ForeignFormat {
  readonly name: string;
  /** Bytes at an offset, as Latin-1 text; all of them must be there. */
  readonly magic: readonly (readonly [offset: number, text: string])[];
}

const FORMATS: readonly ForeignFormat[] = [
  { name: 'a GIF', magic: [[0, 'GIF8']] },
  { name: 'a PDF document', magic: [[0, '%PDF']] },
  {
    name: 'a WebP image',
    magic: [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  },
  { name: 'a DICOM file', magic: [[128, 'DICM']] },
  { name: 'a JPEG 2000 image', magic: [[0, '\0\0\0\x0cjP  ']] },
  { name: 'a JPEG 2000 image', magic: [[0, '\xff\x4f\xff\x51']] },
  { name: 'a JPEG XL image', magic: [[0, '\xff\x0a']] },
  { name: 'a JPEG XL image', magic: [[0, '\0\0\0\x0cJXL ']] },
  { name: 'a JPEG XR image', magic: [[0, 'II\xbc\x01']] },
  { name: 'a HEIF or AVIF image', magic: [[4, 'ftyp']] },
  { name: 'a Photoshop file', magic: [[0, '8BPS']] },
  { name: 'a ZIP archive or an Office document', magic: [[0, 'PK\x03\x04']] },
];

const HEAD_BYTES = 1024;

/**
 * Names the format of a file that is not a supported image, for a message to the technician. Undefined: the
 * format is unknown.
 */
export function foreignFormat(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, HEAD_BYTES);
  const known = FORMATS.find(({ magic }) => magic.every(([offset, text]) => head.startsWith(text, offset)));
  return known?.name ?? markupFormat(head);
}

/** A download that needed a login saves a web page instead of the image. */
function markupFormat(head: string): string | undefined {
  if (/^[^a-z]*<(!doctype )?html\b/i.test(head)) return 'a web page (HTML)';
  if (/<svg\b/i.test(head)) return 'an SVG drawing';
  return /^[^a-z]*<\?xml\b/i.test(head) ? 'an XML document' : undefined;
}
