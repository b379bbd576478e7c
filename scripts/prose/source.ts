import ts from 'typescript';
import type { Passage, Prose, ProseLine } from './finding.js';

/** The prose of a source: doc comments, other comments, and texts of at least three words. */
export function sourceProse(source: string, name = 'file.ts'): Prose {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const comments = joined(commentsOf(file), file);
  const lines = comments.flatMap(({ line, rows }) => rows.map((text, row) => ({ line: line + row, text })));
  return { passages: [...comments.map(passageOf), ...messagesOf(file)], lines: lines.filter(isProse) };
}

interface Comment {
  readonly kind: 'comment' | 'doc';
  readonly line: number;
  /** The whole lines of the file that the comment is on. */
  readonly rows: readonly string[];
  readonly text: string;
}

function commentsOf(file: ts.SourceFile): ts.CommentRange[] {
  const found = new Map<number, ts.CommentRange>();
  const add = (ranges: readonly ts.CommentRange[] | undefined) => {
    for (const range of ranges ?? []) found.set(range.pos, range);
  };
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.JsxText) return;
    if (node.getChildCount(file) === 0) {
      add(ts.getLeadingCommentRanges(file.text, node.getFullStart()));
      add(ts.getTrailingCommentRanges(file.text, node.getEnd()));
    }
    // Doc comments are children of what they document: they are found as comments already.
    for (const child of node.getChildren(file)) if (!ts.isJSDoc(child)) visit(child);
  };
  visit(file);
  return [...found.values()].sort((a, b) => a.pos - b.pos);
}

/** Line comments on consecutive lines are one comment. */
function joined(ranges: readonly ts.CommentRange[], file: ts.SourceFile): Comment[] {
  const rows = file.text.split('\n');
  const comments: Comment[] = [];
  let ended = { line: -2, column: -1 };
  for (const { pos, end, kind } of ranges) {
    const from = file.getLineAndCharacterOfPosition(pos);
    const to = file.getLineAndCharacterOfPosition(end);
    const text = file.text.slice(pos, end);
    const own = rows.slice(from.line, to.line + 1);
    const last = comments.at(-1);
    const isLine = kind === ts.SyntaxKind.SingleLineCommentTrivia;
    if (isLine && last && ended.line === from.line - 1 && ended.column === from.character)
      comments.splice(-1, 1, { ...last, rows: [...last.rows, ...own], text: `${last.text}\n${text}` });
    else
      comments.push({
        kind: text.startsWith('/**') ? 'doc' : 'comment',
        line: from.line + 1,
        rows: own,
        text,
      });
    ended = { line: isLine ? to.line : -2, column: from.character };
  }
  return comments;
}

const COMMAND = /^(?:npx|npm|node|python3|curl|smearwatch|sudo|\$) /;

function passageOf({ kind, line, text }: Comment): Passage {
  let inFence = false;
  const words = text.split('\n').map((row) => {
    const plain = row.replace(/^\s*(?:\/\*\*?|\*\/|\*(?!\/)|\/\/\/?)/, '').replace(/\*\/\s*$/, '');
    if (/^\s*```/.test(plain)) inFence = !inFence;
    const isCode = inFence || /^ {4}/.test(plain) || COMMAND.test(plain.trim());
    return isCode ? '' : plain.trim();
  });
  return { kind, line, text: words.join('\n').replaceAll(/`[^`]*`/g, '‹code›') };
}

/** Directives for tools and commands to copy are code, not prose. */
function isProse({ text }: ProseLine): boolean {
  const plain = text.replace(/^\s*(?:\/\*\*?|\*|\/\/)\s*/, '');
  return !/^(?:eslint|@ts-|prettier-ignore|https?:\/\/\S+$)/.test(plain) && !COMMAND.test(plain);
}

function messagesOf(file: ts.SourceFile): Passage[] {
  const messages: Passage[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const text = textOf(node);
    if (text !== undefined && (text.match(/[A-Za-z]{2,}/g) ?? []).length >= 3)
      messages.push({
        kind: 'message',
        line: lineOf(file, node),
        text: text.replaceAll(/`[^`]*`/g, '‹code›'),
      });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return messages;
}

/** Expressions within a template are marks; text that is nested in them is a message of its own. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isJsxText(node))
    return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('‹value›');
}

function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}
