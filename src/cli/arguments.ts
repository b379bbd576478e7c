import type { Options } from 'yargs';
import type { Command } from './command.js';
import { usageError } from './options.js';

/** The options of one command, by name. */
type NamedOptions = Readonly<Record<string, Options>>;

/** Options that every command has, besides its own. */
export const GLOBAL_OPTIONS: NamedOptions = {
  help: { type: 'boolean', alias: 'h' },
  verbose: { type: 'boolean' },
};

/** Words that people write for true and false elsewhere. */
const LIKE_A_BOOLEAN = /^(yes|no|on|off|y|n|0|1|true|false|t|f)$/i;

/**
 * Refuses what yargs would accept with another meaning: it takes `--once=yes` for false, `--no-config` for a
 * file called false, `--workers ""` for 0, `--preset` alone for its default, and an option that is given
 * twice for a list. The words are checked before yargs converts them, because afterwards `--once=yes` and
 * `--once=false` look the same.
 * @throws SmearwatchError `usage`
 */
export function checkArguments(
  argv: readonly string[],
  { options, hasPositionals }: Pick<Command, 'options' | 'hasPositionals'>,
): void {
  argv.forEach((word, index) => {
    refuseEmpty(word, argv[index - 1]);
    refuseDamaged(word);
  });
  const end = argv.indexOf('--');
  const given = givenOptions(end === -1 ? argv : argv.slice(0, end), { ...GLOBAL_OPTIONS, ...options });
  for (const each of given) {
    if (each.isBoolean) checkFlag(each, hasPositionals);
    else checkValued(each);
  }
  refuseRepeated(given);
}

/** An option as it stands on the command line. */
interface GivenOption {
  readonly name: string;
  readonly isBoolean: boolean;
  readonly isList: boolean;
  /** Written as `--no-name`. */
  readonly isNegated: boolean;
  /** What is written in the same word: `value` in `--name=value`. */
  readonly value: string | undefined;
  /** The word after it, which may be its value. */
  readonly next: string | undefined;
}

function givenOptions(words: readonly string[], options: NamedOptions): GivenOption[] {
  const byLetter = new Map(Object.entries(options).map(([name, { alias }]) => [alias, name]));
  return words.flatMap((word, index) => {
    // `--name`, `--name=value`; `-c`, `-c=value`, `-c./value`
    const [, long, letter = '', , value] = /^(?:--([^=]+)|-([^-=]))(=?([\s\S]+))?$/.exec(word) ?? [];
    const isNegated = long?.startsWith('no-') === true && !Object.hasOwn(options, long);
    const name = isNegated ? long.slice('no-'.length) : (long ?? byLetter.get(letter));
    if (name === undefined || !Object.hasOwn(options, name)) return [];
    const { type, array } = options[name] ?? {};
    const kind = { isBoolean: type === 'boolean', isList: array === true };
    return { name, ...kind, isNegated, value, next: words[index + 1] };
  });
}

/** A variable that a script has not set becomes an empty word, which would mean the working folder, or 0. */
function refuseEmpty(word: string, before: string | undefined): void {
  const [, assigned] = /^(-[^=]*)=\s*$/.exec(word) ?? [];
  if (assigned === undefined && word.trim() !== '') return;
  const option = assigned ?? (before?.startsWith('-') === true && before !== '--' ? before : undefined);
  throw usageError(
    option === undefined ? 'An argument is empty' : `The value of ${option} is empty`,
    'Give a value, or leave it out. A variable of a script that is not set is empty, too.',
  );
}

/** Node puts U+FFFD where the bytes of an argument are not UTF-8. */
function refuseDamaged(word: string): void {
  if (!word.includes('\uFFFD')) return;
  throw usageError(
    `The argument "${word}" is not UTF-8 text`,
    'Use a terminal and a script in UTF-8: `locale` prints its encoding.',
  );
}

function checkFlag({ name, isNegated, value, next }: GivenOption, hasPositionals: boolean): void {
  // `classify --json 1` may mean a folder called 1.
  const isNextMeant = !hasPositionals && next !== undefined && LIKE_A_BOOLEAN.test(next);
  const meant = value ?? (isNextMeant ? next : undefined);
  if (meant === undefined || (!isNegated && (meant === 'true' || meant === 'false'))) return;
  throw usageError(
    `--${isNegated ? 'no-' : ''}${name} does not take the value "${meant}"`,
    `Write --${name} or --${name}=true, and --no-${name} or --${name}=false.`,
  );
}

function checkValued({ name, isNegated, value, next }: GivenOption): void {
  if (isNegated) throw usageError(`There is no option --no-${name}`, `Leave --${name} out instead.`);
  // A negative number is a value.
  if (value === undefined && (next === undefined || /^-[^0-9]/.test(next)))
    throw usageError(`--${name} needs a value`, `Write --${name} VALUE; --help says which.`);
}

/** A flag may be repeated as long as it says the same. */
function refuseRepeated(given: readonly GivenOption[]): void {
  const seen = new Map<string, boolean>();
  for (const { name, isBoolean, isList, isNegated, value, next } of given) {
    const isFalse = isNegated || (value ?? next) === 'false';
    if (!isList && seen.has(name) && (!isBoolean || seen.get(name) !== isFalse))
      throw usageError(`--${name} is given more than once`, `Give --${name} once.`);
    seen.set(name, isFalse);
  }
}
