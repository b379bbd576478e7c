import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CODES, isErrorCode } from '../../src/errors/codes.js';
import { FILE_ERRNOS, fileCodeOf } from '../../src/errors/file-errnos.js';
import { REVIEW_REASONS } from '../../src/record.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const codes = Object.keys(CODES);

/** The texts of all files of a folder, by path. */
function textsOf(folder: string, ending: string): [path: string, text: string][] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => [`${folder}/${path}`, readFileSync(`${root}${folder}/${path}`, 'utf8')]);
}

describe('The table of error codes', () => {
  const sources = textsOf('src', '.ts')
    .filter(([path]) => !path.startsWith('src/errors/codes/'))
    .map(([, text]) => text);

  it.each(codes)('has no dead row: something raises %s', (code) => {
    expect(sources.some((text) => text.includes(`'${code}'`))).toBe(true);
  });

  it.each(Object.entries(CODES))('says in whole sentences what to do about %s', (_code, { help }) => {
    expect(help).toMatch(/^[A-Z"`].*[.?)\w]$/);
    expect(help.length).toBeLessThan(400);
  });

  it('has no code in two areas', () => {
    const rows = textsOf('src/errors/codes', '.ts').flatMap(([, text]) =>
      [...text.matchAll(/^ +'?([a-z0-9-]+)'?:/gm)].map((match) => match[1] ?? ''),
    );
    expect(rows.toSorted()).toEqual(codes.toSorted());
  });
});

/** Kebab-case words of documents that begin as a code does and name something else. */
const OTHER_WORDS: readonly string[] = [
  ...REVIEW_REASONS,
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature', // headers
  'image-not-ordinary',
  'kernel-unavailable',
  'model-unmatched',
  'model-indivisible', // fallbacks
  'every-folder-has-a-layer',
  'file-descriptors', // rules of other tools
];

describe('An error code that a document names', () => {
  const firstWords = new Set(codes.filter((code) => code.includes('-')).map((code) => code.split('-')[0]));
  const named = textsOf('docs', '.md')
    .filter(([path]) => path !== 'docs/errors.md')
    .flatMap(([path, text]) =>
      [...text.matchAll(/`([a-z0-9]+(?:-[a-z0-9]+)+)`/g)].map((match) => [match[1] ?? '', path] as const),
    )
    .filter(([word]) => firstWords.has(word.split('-')[0]) && !OTHER_WORDS.includes(word));

  it('is found in many places', () => {
    expect(named.length).toBeGreaterThan(30);
  });

  it.each(named)('exists: %s in %s', (word) => {
    expect(isErrorCode(word)).toBe(true);
  });
});

it('an errno name that has no row counts as a file that cannot be read', () => {
  const failure = (code: string): Error => Object.assign(new Error('no'), { code });
  expect(fileCodeOf(failure('ENOENT'))).toBe('file-vanished');
  expect(fileCodeOf(failure('ESTALE'))).toBe('file-unreadable');
  expect(FILE_ERRNOS).not.toHaveProperty('EHOSTDOWN');
  expect(fileCodeOf(failure('EHOSTDOWN'))).toBe('file-unreadable');
  expect(fileCodeOf(failure('toString'))).toBe('file-unreadable');
});
