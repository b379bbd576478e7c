import { describe, expect, it, vi } from 'vitest';
import { GLOBAL_OPTIONS } from '../../src/cli/arguments.js';
import { leaves } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands.js';
import { EXIT } from '../../src/errors.js';
import { smearwatch } from './capture.js';

/** Every option of every command, and those that all commands have. */
const options = leaves(commands).flatMap(({ name, options: own }) =>
  Object.entries({ ...GLOBAL_OPTIONS, ...own }).map(([option, { type, array }]) => ({
    words: name.split(' '),
    name,
    option,
    isBoolean: type === 'boolean',
    isList: array === true,
  })),
);
const flags = options.filter(({ isBoolean }) => isBoolean);
const valued = options.filter(({ isBoolean }) => !isBoolean);
const single = valued.filter(({ isList }) => !isList);

async function expectRefusal(argv: readonly string[], message: string): Promise<void> {
  const { exitCode, err, out } = await smearwatch(...argv);
  expect(err).toContain(message);
  expect([exitCode, out]).toEqual([EXIT.usage, '']);
}

it('every command has options that are tried here', () => {
  expect(leaves(commands).length).toBeGreaterThan(20);
  expect(flags.length).toBeGreaterThan(50);
  expect(valued.length).toBeGreaterThan(100);
});

describe('a flag takes true and false only', () => {
  it.each(flags)('$name --$option', async ({ words, option }) => {
    for (const value of ['yes', '1', '0', 'True', 'FALSE', 'no', 'on', 'x'])
      await expectRefusal(
        [...words, `--${option}=${value}`],
        `--${option} does not take the value "${value}"`,
      );
    await expectRefusal([...words, `--no-${option}=false`], `--no-${option} does not take the value "false"`);
    await expectRefusal([...words, `--${option}=`], `The value of --${option} is empty`);
    await expectRefusal([...words, `--${option}`, `--no-${option}`], `--${option} is given more than once`);
    await expectRefusal([...words, `--${option}=true`, `--${option}=false`], 'is given more than once');
  });

  it('also in the next word, where a command takes no other words', async () => {
    await expectRefusal(['run', '--once', 'yes'], '--once does not take the value "yes"');
    await expectRefusal(['results', '--review', '1', '--state', 'x'], '--review does not take the value "1"');
  });

  it.each([
    [['--json'], true],
    [['--json=true'], true],
    [['--json', 'true'], true],
    [['--json', '--json'], true],
    [['--json=false'], false],
    [['--json', 'false'], false],
    [['--no-json'], false],
    [[], false],
  ])('as in %j', async (words, isJson) => {
    const { out, exitCode } = await smearwatch('models', 'list', ...words);
    expect(exitCode).toBe(EXIT.done);
    expect(/^[[{]/.test(out)).toBe(isJson);
  });
});

describe('an option with a value', () => {
  it.each(valued)('$name --$option needs one', async ({ words, option }) => {
    for (const empty of [[`--${option}`, ''], [`--${option}`, ' '], [`--${option}=`]])
      await expectRefusal([...words, ...empty], `The value of --${option} is empty`);
    await expectRefusal([...words, `--no-${option}`], `There is no option --no-${option}`);
    await expectRefusal([...words, `--${option}`], `--${option} needs a value`);
  });

  it.each(single)('$name --$option takes one only', async ({ words, option }) => {
    await expectRefusal(
      [...words, `--${option}=a`, `--${option}`, 'b'],
      `--${option} is given more than once`,
    );
  });

  it('may be a list where the command says so', async () => {
    await expectRefusal(
      ['generate', '--class', 'lymphocyte', '--class', 'nonsense', '--out', 'x', '--count', '1'],
      '--class is "nonsense", must be one of ',
    );
  });

  it('is the same option by its letter', async () => {
    await expectRefusal(['results', '-c', 'a', '--config', 'b'], '--config is given more than once');
    await expectRefusal(['results', '-c./a', '-c./b'], '--config is given more than once');
    await expectRefusal(['results', '-c', ''], 'The value of -c is empty');
  });

  it('has one spelling', async () => {
    await expectRefusal(['results', '--state.a=1'], 'There is no option --state.a here');
    await expectRefusal(['results', '--jsoN'], 'There is no option --jsoN here');
  });

  it('which is not a number where it must be one is refused', async () => {
    for (const text of ['abc', '1,5', 'true', 'NaN', '1.5', '-1'])
      await expectRefusal(
        ['results', '--state', 'x', `--limit=${text}`],
        '--limit must be a whole number from 1',
      );
  });
});

it('an empty argument is refused', async () => {
  await expectRefusal(['classify', ''], 'An argument is empty');
  await expectRefusal(['classify', '--', ''], 'An argument is empty');
});

describe('a list separated by commas', () => {
  it.each([
    [
      'plan --images-per-day 1 --models',
      'alexnet,lenet5,alexnet',
      '--models "alexnet,lenet5,alexnet" names alexnet twice',
    ],
    ['plan --images-per-day 1 --models', 'alexnet,', '--models "alexnet," has an empty entry'],
    ['bench --only', 'decode, decode', '--only "decode, decode" names decode twice'],
    ['bench --formats', 'png,webp', 'there is no "webp"'],
    ['bench --batches', '1,abc', '"abc" is not a whole number above zero'],
    ['bench --cores', '1,,2', '--cores "1,,2" has an empty entry'],
    ['classify package.json --models', 'lenet5,lenet5', 'names lenet5 twice'],
    ['evaluate --data x --models', 'lenet5,', 'has an empty entry'],
    ['models import x.onnx --name x --classes', 'a,b,a', '--classes "a,b,a" names a twice'],
  ])('%s %s', async (start, list, message) => {
    await expectRefusal([...start.split(' '), list], message);
  });
});

describe('-h is --help', () => {
  it.each(['', ...leaves(commands).map(({ name }) => name)])('smearwatch %s', async (name) => {
    const words = name.split(' ').filter((word) => word !== '');
    // yargs prints help with console.log.
    const print = vi.spyOn(console, 'log').mockReturnValue();
    try {
      const exitCodes = [
        (await smearwatch(...words, '-h')).exitCode,
        (await smearwatch(...words, '--help')).exitCode,
      ];
      expect(exitCodes).toEqual([EXIT.done, EXIT.done]);
      const [[short], [long]] = print.mock.calls as [[string], [string]];
      expect(short).toBe(long);
      expect(short).toContain(`smearwatch ${name}`);
      expect(short).toContain('-h, --help');
    } finally {
      print.mockRestore();
    }
  });
});
