import { describe, expect, it } from 'vitest';
import { decodeCsv, parseCsv } from '../../src/text/parse-csv.js';

const refuse = (what: string, hint = ''): Error => new Error(`${what} (${hint})`);

function rowsOf(text: string): (readonly [number, ...string[]])[] {
  const rows = parseCsv(text, { required: ['class', 'path'], refuse });
  return rows.map(({ line, record }) => [line, record['class'] ?? '?', record['path'] ?? '?'] as const);
}

describe('A CSV file', () => {
  it.each([
    ['commas', 'class,path\na,"b,c"\n'],
    ['semicolons', 'class;path\na;b,c\n'],
    ['tabs', 'class\tpath\n a\tb,c \n'],
    ['what its first line states', 'sep=;\r\nclass;path\r\na;b,c'],
    ['semicolons, with a comma in another column’s name', 'class;path;"a,b"\na;b,c;\n'],
    ['quotes around everything', '"class","path"\n"a","b,c"\n'],
    ['spaces around fields', 'class , path\n a , "b,c" \n'],
  ])('has columns separated by %s', (_, text) => {
    expect(rowsOf(text).map(([, ...fields]) => fields)).toEqual([['a', 'b,c']]);
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('has rows that end with %s, and are counted', (_, end) => {
    const text = ['class;path', 'a;1', '', ';;'.slice(1), 'b;"2""3"', ''].join(end);
    expect(rowsOf(text)).toEqual([
      [2, 'a', '1'],
      [5, 'b', '2"3'],
    ]);
  });

  it('may mix line ends', () => {
    expect(rowsOf('class,path\r\na,1\nb,2\rc,3')).toHaveLength(3);
  });

  it('keeps a tab that separates two empty fields', () => {
    const rows = parseCsv('class\tpath\tby\na\t\tW\n', { required: ['class'], refuse });
    expect(rows[0]?.record).toEqual({ class: 'a', path: '', by: 'W' });
  });

  it.each([
    ['of nothing', ' \n', 'it is empty'],
    [
      'with two separators',
      'class;path,by\n',
      'its first line has commas and semicolons, so its columns cannot be separated',
    ],
    ['with another separator', 'class|path\n', 'it has no column "class"; its first line has: class|path'],
    ['without a column', 'class,file\n', 'it has no column "path"; its first line has: class, file'],
    ['with a column twice', 'class,path,class\n', 'it has two columns "class"'],
    [
      'with a row too short',
      'class,path\n\na\n',
      'Invalid Record Length: columns length is 2, got 1 on line 3',
    ],
    [
      'with other separators further down',
      'class,path\na;b\n',
      'Separate the columns by commas, semicolons or tabs',
    ],
    ['with a quote that stays open', 'class,path\na,"b\n', 'Quote Not Closed'],
  ])('%s is refused', (_, text, message) => {
    expect(() => rowsOf(text)).toThrow(message);
  });

  it('in another encoding is refused with what Excel calls the right one', () => {
    expect(() => decodeCsv(Buffer.from('Größe', 'latin1'), { refuse })).toThrow('Excel calls it "CSV UTF-8"');
  });
});
