import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesToCheck } from '../../scripts/prose/files.js';
import { markdownProse } from '../../scripts/prose/markdown.js';
import { findingsIn } from '../../scripts/prose/rules.js';
import { sourceProse } from '../../scripts/prose/source.js';
import { temporaryFolder } from '../fixtures/folders.js';

const inMarkdown = (text: string) =>
  findingsIn(markdownProse(text)).map(({ rule, line }) => `${rule} ${line}`);
const inSource = (text: string) => findingsIn(sourceProse(text)).map(({ rule, line }) => `${rule} ${line}`);
const LONG = `${'word '.repeat(22)}end`;

describe('a phrase that readers stumble over', () => {
  it('is found in a paragraph, a heading, a list and a cell, with its line', () => {
    const text =
      '# The mend\n\nIt is well.\nNobody\nlooks.\n\n- It goes\n  on.\n\n| a |\n| - |\n| put back |\n';
    expect(inMarkdown(text)).toEqual(['phrase 1', 'phrase 4', 'phrase 7', 'phrase 12']);
  });

  it('is no finding within code', () => {
    expect(inMarkdown('Call `nobody()`.\n\n```\nnobody goes on\n```\n\n    whoever\n')).toEqual([]);
    expect(inSource('/** Calls `nobody`. */\nconst nobody = 1;\n')).toEqual([]);
  });

  it('is found in comments, messages and templates of a source', () => {
    const text = [
      '// Meanwhile it runs.',
      'throw new Error("The file was told of twice");',
      'log(`Worker ${name} stands still`);',
    ].join('\n');
    expect(inSource(text)).toEqual(['phrase 1', 'phrase 2', 'phrase 3']);
  });

  it('says what to write instead', () => {
    const [finding] = findingsIn(markdownProse('A fault is mended.'));
    expect(finding?.message).toBe('"mended": write fix');
  });
});

describe('a doc comment', () => {
  it.each([
    'Of the input.',
    'Where the ledger is.',
    'In milliseconds.',
    'As the user typed it.',
    'By class name.',
    'For tests.',
    'Whether ready.',
    'What remains.',
    'Milliseconds.',
    'Its length in bytes.',
  ])('that says "%s" needs its declaration to be understood', (text) => {
    expect(inSource(`/** ${text} */\nconst a = 1;\n`)).toEqual(['fragment 1']);
  });

  it.each([
    'Rows and columns of the input, in pixels.',
    'Whether images of the scanner enter the queue.',
    'When the disk is full, no image enters the queue.',
    'Reads a file. @throws SmearwatchError `file-empty`',
    '@throws SmearwatchError `file-empty`',
    'At most 5 lines.',
  ])('that says "%s" stands alone', (text) => {
    expect(inSource(`/** ${text} */\nconst a = 1;\n`)).toEqual([]);
  });

  it('ends its first paragraph with a full stop', () => {
    expect(inSource('/** Rows of the input */\nconst a = 1;\n')).toEqual(['no-stop 1']);
    expect(inSource('/**\n * Counts words.\n *\n * npx tsx scripts/count.ts\n */\nconst a = 1;\n')).toEqual(
      [],
    );
  });

  it('is found on a member of a type, and once only', () => {
    expect(inSource('interface A {\n  /** Of the file. */\n  readonly size: number;\n}\n')).toEqual([
      'fragment 2',
    ]);
  });
});

describe('a line of prose over 110 characters', () => {
  it('is found in paragraphs and comments', () => {
    expect(inMarkdown(`Short.\n${LONG}.\n`)).toEqual(['line-length 2']);
    expect(inSource(`// ${LONG}\nconst a = 1; // ${LONG}\n`)).toEqual(['line-length 1', 'line-length 2']);
  });

  it('is no finding in tables, code and directives', () => {
    expect(inMarkdown(`| ${LONG} |\n| --- |\n| b |\n\n\`\`\`\n${LONG}\n\`\`\`\n`)).toEqual([]);
    expect(
      inSource(`const a = '${'x'.repeat(120)}';\n// eslint-disable-next-line ${'a'.repeat(100)}\n`),
    ).toEqual([]);
  });
});

it('a paragraph of six lines and a cell of 221 characters are too long', () => {
  expect(inMarkdown('a\nb\nc\nd\ne\nf\n')).toEqual(['long-paragraph 1']);
  expect(inMarkdown('a\nb\nc\nd\ne\n')).toEqual([]);
  expect(inMarkdown(`| a |\n| - |\n| ${'x'.repeat(221)} |\n`)).toEqual(['long-cell 3']);
});

it('decision pages, the changelog and licences are left out, and sources only when asked', () => {
  const root = temporaryFolder();
  for (const folder of ['docs/decisions', 'src', 'node_modules/a'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of [
    'README.md',
    'CHANGELOG.md',
    'docs/decisions/0001.md',
    'docs/LICENSE.other.md',
    'src/README.md',
    'src/a.ts',
    'node_modules/a/README.md',
  ])
    writeFileSync(join(root, file), '');
  const documents = ['README.md', 'src/README.md'];
  expect(filesToCheck(root, [], { documentsOnly: true })).toEqual(documents);
  expect(filesToCheck(root, [], { documentsOnly: false })).toEqual([...documents, 'src/a.ts']);
  expect(filesToCheck(root, ['src'], { documentsOnly: false })).toEqual(['src/README.md', 'src/a.ts']);
});
