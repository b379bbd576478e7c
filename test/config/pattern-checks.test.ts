import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { messageOf } from '../../src/errors.js';
import { createMatcher } from '../../src/files/file-patterns.js';

function configured(
  option: 'patterns' | 'exclude',
  patterns: readonly unknown[],
): readonly string[] | undefined {
  const text = `stateFolder: state\nscanners:\n  - { name: left, folder: in, ${option}: ${JSON.stringify(patterns)} }\n`;
  return parseConfig(text, '/etc/lab.yaml').scanners[0]?.[option];
}

function refusal(option: 'patterns' | 'exclude', ...patterns: unknown[]): string {
  try {
    configured(option, patterns);
  } catch (error) {
    return messageOf(error);
  }
  throw new Error(`${JSON.stringify(patterns)} was accepted`);
}

/** Patterns that would always match nothing, or everything. */
const FAULTS = [
  ['!**/@eaDir/**', 'a negation matches everything else; write "**/@eaDir/**" into exclude'],
  ['!!a.png', 'write "a.png" into exclude'],
  ['/**/*.png', `patterns are relative to the scanner's folder; write "**/*.png"`],
  ['C:/images/*.png', 'an absolute path'],
  ['sub\\*.png', 'folders are divided by "/": "sub/*.png"'],
  ['*.png,*.jpg', 'make each pattern an entry of its own, or write {a,b} for alternatives'],
  ['*.png;*.jpg', 'make each pattern an entry of its own'],
  ['*.png|*.jpg', 'make each pattern an entry of its own'],
  ['**/*.{png', 'with a "{" that is never closed'],
  ['**/*.png}', 'with a "}" that has no opening bracket; for the character itself, write "[}]"'],
  ['[ab.png', 'with a "[" that is never closed; for the character itself, write "[[]"'],
  ['a(b.png', 'with a "(" that is never closed'],
  ['@(a|b.png', 'with a "(" that is never closed'],
  ['**/*.{png}', 'write "png" without them, or {a,b}'],
  ['Scan (2)/*.png', 'write "[(]2[)]"'],
  ['[z-a].png', 'no name can match it'],
  ['../other/*.png', '".." leads out'],
  ['a/../*.png', '".." leads out'],
  ['{a,../b}/*.png', '".." leads out'],
  ['a//b.png', 'write "a/b.png"'],
  ['day/', 'write "day/**"'],
  [' *.png', 'begins or ends with a blank; write "*.png"'],
  ['   ', 'begins or ends with a blank'],
] as const;

describe('A pattern that can match nothing, or matches everything', () => {
  it.each(FAULTS)('%j is refused among patterns and exclude: %s', (pattern, message) => {
    for (const option of ['patterns', 'exclude'] as const) {
      const text = refusal(option, 'a.png', pattern);
      expect(text).toContain(message);
      expect(text).toContain(`scanners[0].${option}[1]: is ${JSON.stringify(pattern)}`);
      expect(text).toContain('/etc/lab.yaml:3:');
    }
  });

  it('is refused when it is empty or not text', () => {
    expect(refusal('patterns', '')).toContain('scanners[0].patterns[0]: is empty');
    expect(refusal('exclude', '')).toContain('scanners[0].exclude[0]: is empty');
    expect(refusal('patterns', 7)).toContain('scanners[0].patterns[0]: is 7');
  });

  it.each(['.x/*.png', '**/.cache/**', '*.tmp', 'a.PART'])('%j is refused among patterns only', (pattern) => {
    expect(refusal('patterns', pattern)).toMatch(/names that begin with a dot|unfinished files/);
    expect(configured('exclude', [pattern])).toEqual([pattern]);
  });

  it('is reported together with other problems', () => {
    expect(refusal('patterns', '/a', '!b')).toContain('2 problems');
  });
});

it.each([
  '**/*.{png,jpg,jpeg,tif,tiff,bmp}',
  '*',
  '**',
  './x/*.png',
  'a/b c/*.png',
  '*.{png,{jpg,tif}}',
  '{1..3}/*.png',
  '@(a|b).png',
  '(a|b).png',
  '!(*_thumb).png',
  '**/!(*_thumb).png',
  '+(a).png',
  '[[:alpha:]]*.png',
  '[]a].png',
  '[!,;|]*.png',
  'scan[,]1/*.png',
  'Scan [(]2[)]/*.png',
  '#recycle/**',
  '$x+y~z@.png',
  '🔬/*.png',
  'a..b/*.png',
])('The pattern %j is taken', (pattern) => {
  expect(configured('patterns', [pattern])).toEqual([pattern]);
  expect(configured('exclude', [pattern])).toEqual([pattern]);
});

it.each(Array.from('{}[](),;|'))(
  'The character %s can be written in brackets, as the refusal says',
  (character) => {
    const pattern = `a[${character}].png`;
    expect(configured('patterns', [pattern])).toEqual([pattern]);
    expect(createMatcher([pattern])(`a${character}.png`)).toBe(true);
  },
);

it('Nothing is excluded by default', () => {
  expect(configured('exclude', [])).toEqual([]);
  expect(
    parseConfig('stateFolder: s\nscanners: [{ name: a, folder: b }]', '/l.yaml').scanners[0]?.exclude,
  ).toEqual([]);
});
