import MarkdownIt from 'markdown-it';
import type { Passage, Prose, ProseLine } from './finding.js';

const parser = new MarkdownIt({ html: true });
type Token = ReturnType<typeof parser.parse>[number];

/**
 * The prose of a Markdown document: paragraphs, list items, headings and cells, without code and links'
 * targets.
 */
export function markdownProse(source: string): Prose {
  const rows = source.split('\n');
  const passages: Passage[] = [];
  const lines: ProseLine[] = [];
  // Cells have no place of their own, only their row has.
  let row: readonly [number, number] | undefined;
  for (const token of parser.parse(source, {})) {
    if (token.type === 'tr_open') row = token.map ?? undefined;
    else if (token.type === 'table_close') row = undefined;
    if (token.type !== 'inline') continue;
    const [from, to] = row ?? token.map ?? [0, 0];
    passages.push({ kind: row ? 'cell' : 'paragraph', line: from + 1, text: wordsOf(token) });
    if (!row) lines.push(...rows.slice(from, to).map((text, index) => ({ line: from + index + 1, text })));
  }
  return { passages, lines };
}

/** Code is replaced by a mark: it separates words, and no rule about words reads it. */
const CODE = '‹code›';

function wordsOf(token: Token): string {
  return (token.children ?? [])
    .map((child) => {
      if (child.type === 'softbreak' || child.type === 'hardbreak') return '\n';
      if (child.type === 'code_inline') return CODE;
      return child.type === 'image' || child.type === 'text' ? child.content : '';
    })
    .join('');
}
