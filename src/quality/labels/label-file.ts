import { z } from 'zod';
import { messageOf } from '../../errors.js';
import { decodeText } from '../../text/decode-text.js';
import { className, labeller, type LabelRequest } from './label-request.js';

/** Suffix of label files: `cell-7.png` is labelled by `cell-7.png.label.json`. */
const SUFFIX = '.label.json';
/** Largest label file. A label takes a hundred bytes; a larger file is something else. */
export const LONGEST_LABEL_FILE = 4096;

const contentSchema = z.strictObject({ class: className, by: labeller });

/** Whether a path below a scanner's folder is that of a label file. */
export function isLabelFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.endsWith(SUFFIX) && name.length > SUFFIX.length && !name.startsWith('.');
}

/** The path of the image that a label file is about. */
export function imageOf(path: string): string {
  return path.slice(0, -SUFFIX.length);
}

/**
 * Parses a label file: `{ "class": "lymphocyte", "by": "A. Weber" }`, for the image whose name is before the
 * suffix.
 * @throws Error with the reason in its message. An incomplete file is always rejected: it is not valid JSON.
 */
export function parseLabelFile(scanner: string, path: string, bytes: Buffer): LabelRequest {
  try {
    const text = decodeText(bytes, ({ what, hint }) => new Error(`${what}. ${hint}`));
    const content = contentSchema.parse(JSON.parse(text));
    return { scanner, path: imageOf(path), ...content };
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new Error(`it must be JSON like {"class": "lymphocyte", "by": "A. Weber"}: ${why}`, { cause });
  }
}
