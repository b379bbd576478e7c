import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import picomatch from 'picomatch';
import ts from 'typescript';
import { commands } from '../../src/cli/commands.js';
import { leaves, type Command } from '../../src/cli/command.js';
import { configOptions, flatten } from '../../src/config/options.js';
import { metricCatalogue } from '../../scripts/generated/metric-catalogue.js';
import { optionsIn, type NamedThing } from './names-in-documents.js';

/** Says of a name in a document whether the code has it. */
export class NamesInCode {
  readonly #root: string;
  readonly files: readonly string[];
  readonly #texts: readonly string[];
  readonly #words: ReadonlySet<string>;
  readonly #messages: readonly Message[];
  readonly #settings = flatten(configOptions()).map(({ path }) => path);
  readonly #metrics = new Set(metricCatalogue().map(({ name }) => name));
  readonly #leaves = leaves(commands);

  constructor(root: string) {
    this.#root = root;
    this.files = filesBelow(root, '');
    const code = this.files.filter((file) => CODE.test(file) && !TESTS_OF_THIS.test(file));
    this.#texts = code.map((file) => readFileSync(join(root, file), 'utf8'));
    this.#words = new Set(this.#texts.flatMap((text) => text.match(/[A-Za-z_][\w-]*/g) ?? []));
    this.#messages = code
      .filter((file) => /^(?:src|grafana\/source)\/.*\.tsx?$/.test(file))
      .flatMap((file) => messagesOf(readFileSync(join(root, file), 'utf8')));
  }

  has({ kind, name }: NamedThing, document: string): boolean {
    switch (kind) {
      case 'link':
        return this.#hasLink(name, document);
      case 'file':
        return this.#hasFile(name, document);
      case 'command':
        return this.#hasCommand(name);
      case 'option':
        return this.#hasOption(name);
      case 'metric':
        return [...this.#metrics].some((metric) => name === metric || name.replace(HISTOGRAM, '') === metric);
      case 'setting':
        return this.#hasSetting(name);
      case 'code':
      case 'identifier':
        return (
          OF_OTHERS.has(name) ||
          this.#words.has(name) ||
          this.#hasText(name) ||
          this.#hasText(`'${name.toLowerCase()}'`)
        );
      case 'message':
        return this.#hasMessage(name);
    }
  }

  #hasText(text: string): boolean {
    return this.#texts.some((each) => each.includes(text));
  }

  /** A message may be put together: what follows a colon, or is in brackets, may be a text of its own. */
  #hasMessage(quotation: string): boolean {
    const says = (text: string): boolean =>
      this.#hasText(text) ||
      this.#hasText(`'${text.toLowerCase()}'`) ||
      this.#messages.some((message) => message.says(text));
    if (says(quotation)) return true;
    const parts = quotation
      .split(/: | \(|\)/)
      .filter((part) => (part.match(/[A-Za-z]{2,}/g) ?? []).length >= 2);
    return parts.length > 1 && parts.every(says);
  }

  #hasLink(target: string, document: string): boolean {
    const [path = '', anchor] = decodeURI(target).split('#');
    const file = path === '' ? document : normalize(join(dirname(document), path));
    if (!existsSync(join(this.#root, file))) return false;
    return anchor === undefined || headingsOf(readFileSync(join(this.#root, file), 'utf8')).includes(anchor);
  }

  /**
   * A path from the document's folder, from the root or from src/; a name alone may also be one that the code
   * uses.
   */
  #hasFile(name: string, document: string): boolean {
    const places = [dirname(document), '', 'src', 'docs', 'test'].map((folder) =>
      normalize(join(folder, name)),
    );
    const matches = picomatch(places.map((place) => place.replace(/\/$/, '{,/**}')));
    if (this.files.some((file) => matches(file))) return true;
    if (name.includes('/')) return this.#hasText(name);
    const named = picomatch(`**/${name}`);
    return this.files.some((file) => named(file)) || this.#hasText(name);
  }

  #hasCommand(line: string): boolean {
    const [program = '', ...words] = line.split(/\s+/);
    if (program === 'npm') return (words[1] ?? '') in scriptsOf(this.#root);
    if (program === 'tsx') {
      const file = join(this.#root, words[0] ?? '');
      return existsSync(file) && optionsIn(line).every((option) => this.#scriptHas(words[0] ?? '', option));
    }
    const command = this.#commandOf(words);
    if (command === undefined) return false;
    return optionsIn(line).every((option) => option in command.options || COMMON_OPTIONS.has(option));
  }

  #commandOf(words: readonly string[]): Command | { readonly options: object } | undefined {
    const exact = this.#leaves.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `));
    // A group alone, such as `smearwatch models …`.
    return exact ?? commands.find((each) => each.name === words[0] && !/^[a-z]+$/.test(words[1] ?? ''));
  }

  #hasOption(name: string): boolean {
    if (
      COMMON_OPTIONS.has(name) ||
      OF_OTHERS.has(name) ||
      this.#leaves.some(({ options }) => name in options)
    )
      return true;
    return (
      this.files.some((file) => file.startsWith('scripts/') && this.#scriptHas(file, name)) ||
      this.#hasText(`--${name}`)
    );
  }

  #scriptHas(file: string, option: string): boolean {
    const text = readFileSync(join(this.#root, file), 'utf8');
    const camel = option.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [`--${option}`, `'${option}'`, `${option}:`, `${camel}:`].some((form) => text.includes(form));
  }

  /** A path of the configuration, the end of one, or a path of fields that the code has. */
  #hasSetting(name: string): boolean {
    if (OF_OTHERS.has(name) || this.#settings.some((path) => path === name || path.endsWith(`.${name}`)))
      return true;
    const parts = name.split('.').map((part) => part.replace('[]', ''));
    const [section] = name.split('.');
    if (parts.length > 1 && this.#settings.some((path) => path.split('.')[0] === section)) return false;
    return parts.every((part) => this.#words.has(part));
  }
}

const CODE =
  /^(?:src|scripts|grafana|deploy|config|native|test|\.ci|models)\/.*\.(?:[cm]?tsx?|[cm]?js|c|h|sh|py|ya?ml|json|service)$|^(?:package\.json|\.ci\/run|\.dependency-cruiser\.cjs|deploy\/\w+)$/;
const TESTS_OF_THIS = /^test\/docs\//;
const COMMON_OPTIONS = new Set(['help', 'version', 'verbose']);
/** Names that belong to other programs, and to models in an example. */
const OF_OTHERS = new Set([
  'cpus',
  'max-size',
  'max-file',
  'journald.conf',
  'SQLITE_BUSY',
  'SQLITE_TMPDIR',
  'NODE_OPTIONS',
  'NODE_COMPILE_CACHE',
  'max-semi-space-size',
  'single-threaded-gc',
  'no-parallel-scavenge',
  'alexnet-image',
  'lenet5-image',
  'alexnet-paper-image',
  'lenet5-paper-image',
]);
const HISTOGRAM = /_(?:bucket|sum|count)$/;
const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage', 'demo', 'evaluations']);

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(root, path) : [path];
    });
}

function scriptsOf(root: string): Readonly<Record<string, string>> {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return scripts;
}

/** Anchors of headings, as code hosts make them. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

const FEWEST_LETTERS = 8;

/** A text of the code, whose values may be anything. */
class Message {
  readonly #text: string;

  constructor(pieces: readonly string[]) {
    this.#text = pieces.join(VALUE);
  }

  /**
   * Whether a quotation is this text, one of its sentences, or a part without values; `…` stands for
   * anything.
   */
  says(quotation: string): boolean {
    const wanted = quotation.replace(/\.$/, '').replaceAll('…', VALUE);
    if (wanted !== VALUE && this.#text.includes(wanted)) return true;
    return [this.#text, ...this.#text.split('. ')].some(
      (text) => lettersIn(text) * 3 >= quotation.length && overlap(text.replace(/\.$/, ''), wanted),
    );
  }
}

function lettersIn(text: string): number {
  return text.replaceAll(/[^A-Za-z]/g, '').length;
}

/** Stands for a value that may be any text. */
const VALUE = '\u0000';

/** Whether two texts with values can be the same text. */
function overlap(one: string, other: string): boolean {
  // `reached` holds the ends of `other` that the beginning of `one` can be equal to.
  let reached = withValues(new Set([0]), other);
  for (const letter of one) {
    const next = new Set<number>();
    for (const at of reached) {
      if (letter === VALUE) for (let end = at; end <= other.length; end++) next.add(end);
      else if (other[at] === VALUE) next.add(at);
      else if (other[at] === letter) next.add(at + 1);
    }
    reached = withValues(next, other);
    if (reached.size === 0) return false;
  }
  return reached.has(other.length);
}

/** A value may also be empty. */
function withValues(ends: ReadonlySet<number>, text: string): Set<number> {
  const all = new Set(ends);
  for (const end of all) if (text[end] === VALUE) all.add(end + 1);
  return all;
}

/** Texts of a source: parts that are joined with `+` are one. */
function messagesOf(source: string): Message[] {
  const found: Message[] = [];
  const visit = (node: ts.Node): void => {
    const pieces = piecesOf(node);
    if (pieces && lettersIn(pieces.join('')) >= FEWEST_LETTERS) found.push(new Message(pieces));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest, true));
  return found;
}

function piecesOf(node: ts.Node): string[] | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const left = piecesOf(node.left) ?? ['', ''];
  const right = piecesOf(node.right) ?? ['', ''];
  return [...left.slice(0, -1), `${left.at(-1) ?? ''}${right[0] ?? ''}`, ...right.slice(1)];
}
