import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GLOBAL_OPTIONS } from '../../src/cli/arguments.js';
import { leaves } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands.js';
import { reachable, readSources, SRC } from './source-texts.js';

const sources = readSources();
const all = leaves(commands);
const optionsOf = new Map(
  all.map(({ name, options }) => [
    name,
    new Set([...Object.keys({ ...GLOBAL_OPTIONS, ...options }), 'version']),
  ]),
);

/** `src/cli/audit/list.ts` or, for those that share a file, `src/cli/models.ts`. */
function fileOf(name: string): string {
  const own = `cli/${name.replaceAll(' ', '/')}.ts`;
  return existsSync(join(SRC, own)) ? own : `cli/${name.split(' ')[0] ?? ''}.ts`;
}

const commandFiles = new Map(all.map(({ name }) => [name, fileOf(name)]));
const files = new Set(commandFiles.values());
const reach = new Map(
  [...commandFiles].map(([name, file]) => [
    name,
    reachable(sources, file, new Set([...files].filter((each) => each !== file))),
  ]),
);

/** Options of other programs, and styles; and what is true although it looks wrong here. */
const EXCEPT: Readonly<Record<string, string>> = {
  'evaluate/report/style.ts': 'names of style sheets begin with two hyphens',
  'model/tensorflow/main.ts': 'a program of its own',
  'model/tensorflow/libraries.ts': 'options of pip',
  'config/load.ts': 'the bench reads the configurations that it writes itself',
  'cli/audit/options.ts': 'is said by the option itself, which `audit verify` does not have',
};

interface Mention {
  readonly option: string;
  /** The command whose option it is said to be; undefined: of the one that is running. */
  readonly command: string | undefined;
}

const OPTION = /(?<![\w-])--([a-z][a-z0-9-]*)(?![\w$-])/g;

/** Every `--option` in a text. */
function mentions(text: string): Mention[] {
  // One word is an argument for a process that is started, not something for a person.
  if (/^--\S*$/.test(text)) return [];
  const bound = boundSpans(text);
  return [...text.matchAll(OPTION)].map((match) => ({
    option: match[1] ?? '',
    command: bound.find(({ from, to }) => match.index >= from && match.index < to)?.command,
  }));
}

/**
 * Returns the parts of a text that are about a named command: `smearwatch replay --quarantined`, "`smearwatch
 * bench` without --quick and --only", "--engine of `smearwatch classify`".
 */
function boundSpans(text: string): { from: number; to: number; command: string }[] {
  const name = String.raw`\`?smearwatch ([a-z]+(?: [a-z]+)?)`;
  const line = String.raw`(?:[^\`.,;:]|\.(?=\w))*\`?(?: with(?:out)? --[a-z-]+(?: and --[a-z-]+)*)?`;
  const before = String.raw`(?:--[a-z-]+ of )?`;
  return [...text.matchAll(new RegExp(`${before}${name}${line}`, 'g'))].flatMap((match) => {
    const command = commandOf(match[1] ?? '');
    return command === undefined ? [] : [{ from: match.index, to: match.index + match[0].length, command }];
  });
}

function commandOf(words: string): string | undefined {
  return [...optionsOf.keys()].find((name) => `${words} `.startsWith(`${name} `));
}

describe('Every option that a message names', () => {
  const texts = [...sources.values()]
    .filter(({ file }) => !Object.hasOwn(EXCEPT, file))
    .flatMap(({ file, texts: found }) => found.map((text) => ({ file, text })))
    .filter(({ text }) => mentions(text).length > 0);

  it('is looked for in many messages', () => {
    expect(texts.length).toBeGreaterThan(60);
  });

  it.each(texts)('exists where it may be read: $file: $text', ({ file, text }) => {
    const readers = [...reach].filter(([, reached]) => reached.has(file)).map(([name]) => name);
    const wrong = mentions(text).flatMap(({ option, command }) =>
      (command === undefined ? readers : [command])
        .filter((name) => optionsOf.get(name)?.has(option) !== true)
        .map((name) => `${name} has no --${option}`),
    );
    expect(wrong).toEqual([]);
  });
});

it('every command that a message names exists', () => {
  const words = [...optionsOf.keys(), ...commands.map(({ name }) => name)];
  const wrong = [...sources.values()].flatMap(({ file, texts }) =>
    texts
      .flatMap((text) =>
        [...text.matchAll(/`smearwatch ([a-z]+(?: [a-z]+)?)/g)].map((match) => match[1] ?? ''),
      )
      .filter((named) => !words.some((word) => `${named} `.startsWith(`${word} `)))
      .map((named) => `${file}: smearwatch ${named}`),
  );
  expect(wrong).toEqual([]);
});

it('an exception is still needed', () => {
  for (const file of Object.keys(EXCEPT))
    expect(
      sources.get(file)?.texts.some((text) => text.includes('--')),
      file,
    ).toBe(true);
});

describe('A text binds an option', () => {
  it.each<[string, (string | undefined)[]]>([
    ['Name it with --config.', [undefined]],
    [
      'Run `smearwatch bench --out DIR` without --quick and --only, then `smearwatch plan --bench`.',
      ['bench', 'bench', 'bench', 'plan'],
    ],
    ['It is made by `smearwatch run`. Is this the right --state or --config?', [undefined, undefined]],
    [
      'or name it with --engine of `smearwatch classify` and --split of `smearwatch models quantize`',
      ['classify', 'models quantize'],
    ],
    ['Check the disk, then: smearwatch replay --quarantined', ['replay']],
    ['Start it with `smearwatch run`, or give --url.', [undefined]],
    ['--heap-growing-percent=${…}', []],
  ])('%s', (text, expected) => {
    expect(mentions(text).map(({ command }) => command)).toEqual(expected);
  });
});
