import type { Writable } from 'node:stream';

/**
 * The streams of a command: results go to `out`, progress and errors to `err`, so that pipes carry results
 * only.
 */
export interface Terminal {
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /**
   * `out` cannot be written any more, which has been dealt with: what a command fails with now is no news.
   */
  readonly isOutGone?: () => boolean;
}

export function processTerminal(isOutGone: () => boolean): Terminal {
  return { out: process.stdout, err: process.stderr, isOutGone };
}

export function printLine({ out }: Terminal, line = ''): void {
  out.write(`${line}\n`);
}

/** One document, indented: what `--json` prints. */
export function printJson({ out }: Terminal, value: unknown): void {
  out.write(`${JSON.stringify(value, null, 2)}\n`);
}

export interface OutputColumn {
  readonly title: string;
  /** Numbers are aligned right, so that their digits can be compared. */
  readonly align?: 'left' | 'right';
}

/** Columns as wide as their widest cell, two spaces apart. */
export function printTable(
  terminal: Terminal,
  columns: readonly OutputColumn[],
  rows: readonly (readonly string[])[],
): void {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)));
  for (const cells of lines) {
    const padded = columns.map(({ align }, index) => {
      const [cell, width] = [cells[index] ?? '', widths[index] ?? 0];
      return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
    });
    printLine(terminal, padded.join('  ').trimEnd());
  }
}

/**
 * Text that may go to a terminal. File names come from scanners and may hold anything, escape sequences
 * included, which a terminal would obey.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�');
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
