import MarkdownIt from 'markdown-it';

/** A name that a document gives, with the kind of thing that must have it. */
export interface NamedThing {
  readonly kind:
    'file' | 'link' | 'command' | 'option' | 'metric' | 'setting' | 'code' | 'identifier' | 'message';
  readonly name: string;
  readonly line: number;
}

const parser = new MarkdownIt({ html: true });

/** Every name in a Markdown document. Records of the past leave out paragraphs that speak of it. */
export function namesIn(markdown: string, { isRecord = false } = {}): NamedThing[] {
  const found: NamedThing[] = [];
  const add = (line: number, names: readonly Omit<NamedThing, 'line'>[]) => {
    found.push(...names.map((name) => ({ ...name, line })));
  };
  let line = 1;
  for (const token of parser.parse(markdown, {})) {
    if (token.map) line = token.map[0] + 1;
    if (token.type === 'fence') add(line, fenced(token.info.trim(), token.content));
    if (token.type !== 'inline' || (isRecord && PAST.test(token.content))) continue;
    for (const child of token.children ?? []) {
      if (child.type === 'code_inline') add(line, inSpan(child.content));
      const target = child.attrGet('href') ?? child.attrGet('src');
      if (typeof target === 'string' && !/^(?:https?|mailto):/.test(target))
        add(line, [{ kind: 'link', name: target }]);
    }
  }
  return found;
}

const PAST =
  /\b(?:was|were|had|did|before|earlier|former|formerly|until|instead of|removed|replaced|renamed|no longer|tried|first version)\b/i;

function fenced(info: string, content: string): Omit<NamedThing, 'line'>[] {
  if (info === 'yaml')
    return [...content.matchAll(/(?:^|[{,]\s*|- )\s*([A-Za-z]\w*):(?=\s|$)/gm)].map(setting);
  if (info !== 'sh') return [];
  // A command may continue on the next line, and has its explanation behind it.
  const lines = content.replaceAll('\\\n', ' ').split('\n');
  return lines.flatMap((line) => inCommandLine(line.replace(/(?:^|\s)#.*$/, '')));
}

function setting(match: RegExpMatchArray): Omit<NamedThing, 'line'> {
  return { kind: 'setting', name: match[1] ?? '' };
}

const METRIC = /\bsmearwatch_[a-z0-9_]+/g;
const FILE_ENDINGS =
  'ts|tsx|cts|mjs|cjs|js|py|c|h|sh|md|sql|svg|wasm|ya?ml|json|html|csv|png|service|onnx|sqlite|log';
const FILE = new RegExp(`^(?:[\\w.@*-]+/)*[\\w.@*-]*\\w\\.(?:${FILE_ENDINGS})$`);
const FOLDER =
  /^(?:src|test|docs|scripts|config|native|grafana|deploy|models|pool|model|watch|ledger|daemon)\/[\w./*-]*$/;
const PROGRAM =
  /^(?:sudo |nice )?(?:npx|npm|node|tsx|curl|ls|ps|df|du|dmesg|free|top|iostat|systemctl|journalctl|systemd-\S+|chown|taskset|sysctl|apt-get|emcc|GET|POST)\b/;

function inSpan(text: string): Omit<NamedThing, 'line'>[] {
  const metrics = [...text.matchAll(METRIC)].map((match) => ({ kind: 'metric' as const, name: match[0] }));
  if (metrics.length > 0) return metrics;
  if (/^(?:npx |npm |node )|^smearwatch /.test(text)) return inCommandLine(text);
  if (/^--[a-z]/.test(text)) return optionsIn(text).map((name) => ({ kind: 'option', name }));
  if (FILE.test(text) || FOLDER.test(text)) return [{ kind: 'file', name: text }];
  if (/^[a-z]+(?:\[\])?(?:\.[a-z]\w*(?:\[\])?)+(?::.*)?$/i.test(text))
    return [{ kind: 'setting', name: text.replace(/:.*$/, '') }];
  if (/^(?:[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]+_[A-Z_]+)(?:\(\))?$/.test(text))
    return [{ kind: 'identifier', name: text.replace('()', '') }];
  if (/^[a-z]+(?:-[a-z0-9]+)+$/.test(text)) return [{ kind: 'code', name: text }];
  return isSentence(text) ? [{ kind: 'message', name: text }] : [];
}

/** Words in the order of a sentence, not a command, a formula or a fragment of code. */
function isSentence(text: string): boolean {
  const words = text.match(/(?:^|\s)[A-Za-z][a-z'’]+(?=[\s.,:;]|$)/g) ?? [];
  return words.length >= 3 && !PROGRAM.test(text) && !/[{}=|&<>]|--|\$\(/.test(text);
}

function inCommandLine(line: string): Omit<NamedThing, 'line'>[] {
  const found: Omit<NamedThing, 'line'>[] = [];
  for (const [, words = ''] of line.matchAll(/(?:^|[\s;(&|])(?:npx )?smearwatch ([a-z][^|;&)]*)/g))
    found.push({ kind: 'command', name: `smearwatch ${words.trim()}` });
  for (const [, script = ''] of line.matchAll(/npm run (?:-s )?([\w-]+)/g))
    found.push({ kind: 'command', name: `npm run ${script}` });
  for (const [, script = '', rest = ''] of line.matchAll(/tsx (scripts\/[\w/-]+\.ts)([^|;&)]*)/g))
    found.push({ kind: 'command', name: `tsx ${script}${rest.trimEnd()}` });
  return found;
}

/** Long options of a command line; a value that looks like one is quoted. */
export function optionsIn(text: string): string[] {
  return [...text.replaceAll(/'[^']*'|"[^"]*"/g, '').matchAll(/(?:^|[\s`])--([a-z][a-z0-9-]*)/g)].map(
    ([, name = '']) => name,
  );
}
