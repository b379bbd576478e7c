import { encodingOf, isOneByteText, showByte } from './encoding.js';

/** Why bytes are not taken for text. */
export interface TextProblem {
  /**
   * What is wrong, as the end of a sentence: `it is UTF-16 LE text, not UTF-8`. It may quote a character of
   * the text.
   */
  readonly what: string;
  /** The encoding that the bytes look like, if it is not UTF-8. */
  readonly encoding?: string;
  readonly hint: string;
}

const SAVE_AS_UTF8 = 'Save it as UTF-8.';
/** Everything of Unicode's class Cc but tab, line feed and carriage return. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;

/**
 * The text of a file or a request that a person wrote: UTF-8, with or without a byte-order mark. Nothing is
 * replaced or guessed, because such text becomes names in the ledger and in the audit trail, where it cannot
 * be corrected later.
 * @param refuse makes the error to throw
 */
export function decodeText(bytes: Buffer, refuse: (problem: TextProblem) => Error): string {
  const encoding = encodingOf(bytes);
  if (encoding !== undefined)
    throw refuse({ what: `it is ${encoding}, not UTF-8 text`, encoding, hint: SAVE_AS_UTF8 });
  const text = bytes.toString('utf8');
  const problem = invalidByte(bytes, text) ?? controlCharacter(text);
  if (problem !== undefined) throw refuse(problem);
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/**
 * Decoding puts U+FFFD where bytes are not UTF-8; one that is in the file itself was put there by an earlier
 * program.
 */
function invalidByte(bytes: Buffer, text: string): TextProblem | undefined {
  const at = text.indexOf('\uFFFD');
  if (at === -1) return undefined;
  const before = text.slice(0, at);
  const offset = Buffer.byteLength(before);
  if (bytes.subarray(offset, offset + 3).equals(Buffer.from('\uFFFD'))) {
    return {
      what: `line ${lineAfter(before)} has the character U+FFFD, which stands for one that an earlier conversion lost`,
      hint: 'Write the lost characters again, or save the original as UTF-8.',
    };
  }
  const what = `it is not UTF-8: line ${lineAfter(before)} has the byte ${showByte(bytes[offset] ?? 0)}`;
  return isOneByteText(bytes)
    ? { what: `${what} of Windows-1252 or Latin-1`, encoding: 'Windows-1252 or Latin-1', hint: SAVE_AS_UTF8 }
    : { what, hint: SAVE_AS_UTF8 };
}

function controlCharacter(text: string): TextProblem | undefined {
  const found = CONTROL.exec(text);
  if (found === null) return undefined;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return {
    what: `line ${lineAfter(text.slice(0, found.index))} has the control character U+${code}`,
    hint: 'Remove it, or check that the file is a text file.',
  };
}

/** The number of the line that follows this text; lines end with LF, CRLF or CR. */
function lineAfter(before: string): number {
  return before.split(/\r\n|\n|\r/).length;
}
