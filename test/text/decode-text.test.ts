import { describe, expect, it } from 'vitest';
import { decodeText } from '../../src/text/decode-text.js';

function decode(bytes: Buffer): string {
  return decodeText(bytes, ({ what, hint }) => new Error(`${what}. ${hint}`));
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16be = (text: string): Buffer => utf16le(text).swap16();

describe('Text that people write is', () => {
  it.each([
    ['plain', 'class,path\n'],
    ['of any language', 'Größe,大きさ,размер,🔬\r\n'],
    ['of three kinds of line ends and tabs', 'a\tb\nc\r\nd\re'],
    ['empty', ''],
  ])('%s, with and without a byte-order mark', (_, text) => {
    expect(decode(Buffer.from(text))).toBe(text);
    expect(decode(Buffer.from(`\uFEFF${text}`))).toBe(text);
  });
});

describe('What is refused is named:', () => {
  it.each<[string, Buffer, string]>([
    [
      'UTF-16 LE with its mark',
      utf16le('\uFEFFclass,path\n'),
      'it is UTF-16 LE, not UTF-8 text. Save it as UTF-8.',
    ],
    ['UTF-16 BE with its mark', utf16be('\uFEFFclass,path\n'), 'it is UTF-16 BE, not UTF-8 text'],
    ['UTF-16 LE without a mark', utf16le('class,Größe\n'), 'it is UTF-16 LE, not'],
    ['UTF-16 BE without a mark', utf16be('class,Größe\n'), 'it is UTF-16 BE, not'],
    ['UTF-32 LE', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'it is UTF-32 LE, not'],
    ['UTF-32 BE', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]), 'it is UTF-32 BE, not'],
    [
      'an Excel workbook',
      Buffer.from('PK\x03\x04rest'),
      'it is an Excel workbook (.xlsx) or another ZIP file',
    ],
    [
      'Windows-1252, by line and byte',
      latin1('class,path\r\nlymphocyte,Größe.png\r\n'),
      'it is not UTF-8: line 2 has the byte 0xF6 ("ö") of Windows-1252 or Latin-1',
    ],
    [
      'the euro sign of Windows-1252',
      Buffer.from([0x61, 0x0a, 0x0a, 0x80]),
      'line 3 has the byte 0x80 ("€") of',
    ],
    [
      'a byte after valid characters',
      Buffer.concat([Buffer.from('ä€🔬\r'), latin1('ß')]),
      'line 2 has the byte 0xDF ("ß")',
    ],
    ['an encoding of another kind', Buffer.from([0x61, 0x8d, 0x62]), 'line 1 has the byte 0x8D. Save'],
    [
      'a character that was lost before',
      Buffer.from('a\nJ\uFFFDrg'),
      'line 2 has the character U+FFFD, which stands for one that an earlier conversion lost',
    ],
    ['a zero byte', Buffer.from('class\npa\0th'), 'line 2 has the control character U+0000'],
    ['an escape sequence', Buffer.from('\u001B[31m'), 'line 1 has the control character U+001B'],
    [
      'a control character of two bytes',
      Buffer.from('a\r\n\u0085'),
      'line 2 has the control character U+0085',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(message);
  });
});
