import { wrap } from '../../../text/wrap.js';

/** A table; cells may hold anything, for names come from folders and foreign files. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}

/** Text that stays one line and one cell. */
export function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\|<>`*_[\]]/g, '\\$&');
}

/** An item of a list, in lines of at most 110 characters. */
export function listItem(text: string): string {
  return `- ${wrap(text, 108).join('\n  ')}`;
}

export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];
}

/** A manifest's free values, nested ones with a dotted name: `split.by`. */
export function flatten(values: Readonly<Record<string, unknown>>, prefix = ''): [string, string][] {
  return Object.entries(values).flatMap(([name, value]): [string, string][] => {
    const path = `${prefix}${name}`;
    if (isRecord(value)) return flatten(value, `${path}.`);
    return [[path, Array.isArray(value) ? value.map(plain).join(', ') : plain(value)]];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
