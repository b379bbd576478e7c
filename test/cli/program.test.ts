import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../src/cli/command.js';
import { runProgram } from '../../src/cli/program.js';
import { EXIT, SmearwatchError } from '../../src/errors.js';
import { SOFTWARE } from '../../src/version.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { CapturedTerminal, smearwatch, spawnSmearwatch } from './capture.js';
import { compiled } from '../fixtures/compiled.js';

describe('a wrong command line is refused with exit code 2 and a way out', () => {
  it.each([
    ['no command', [], 'Which command?'],
    ['a misspelt command', ['doctr'], 'There is no command "doctr"\nhint: Did you mean doctor?'],
    ['a misspelt sub-command', ['models', 'lst'], 'There is no command "lst"\nhint: Did you mean list?'],
    ['an unknown command', ['banana'], 'There is no command or argument "banana"'],
    ['an argument too many', ['results', 'extra'], 'There is no command or argument "extra"'],
    ['an argument too few', ['models', 'show'], 'An argument is missing'],
    [
      'a misspelt option',
      ['run', '--cnfig', 'x'],
      'There is no option --cnfig here\nhint: Did you mean --config?',
    ],
    [
      "another command's option",
      ['generate', '--out', 'x', '--count', '1', '--registry', 'x'],
      'There is no option --registry here\nhint: See smearwatch generate --help',
    ],
    [
      'an option without its value',
      ['run', '--config'],
      '--config needs a value\nhint: Write --config VALUE',
    ],
    ['a missing option', ['generate', '--out', 'x'], '--count must be given'],
    [
      'an option of a sub-command',
      ['models', 'list', '--registy', 'x'],
      'There is no option --registy here\nhint: Did you mean --registry?',
    ],
    [
      "an option that resembles another command's",
      ['demo', '--cnfig', 'x'],
      'There is no option --cnfig here\nhint: See smearwatch demo --help.',
    ],
    [
      'a short option',
      ['models', 'list', '-x'],
      'There is no option -x here\nhint: See smearwatch models list --help.',
    ],
    ['an option given twice', ['results', '--state', 'a', '--state', 'b'], '--state is given more than once'],
    [
      'a word instead of a number',
      ['generate', '--out', 'x', '--count', 'many'],
      '--count must be a whole number from 1 to',
    ],
    [
      'a number out of range',
      ['results', '--state', 'x', '--limit', '0'],
      '--limit must be a whole number from 1 to',
    ],
    [
      'another choice',
      ['train', '--data', 'x', '--network', 'resnet'],
      '--network is "resnet", must be one of "alexnet", "lenet5"',
    ],
    [
      'a pattern as SHA-256',
      ['results', '--sha256', '*', '--state', 'x'],
      '--sha256 must be 4 to 64 hexadecimal',
    ],
    ['options that exclude each other', ['results', '--review', '--quarantined'], 'exclude each other'],
    [
      'replay without an image or --quarantined',
      ['replay', '--state', 'x'],
      'replay needs to know which images',
    ],
  ])('%s', async (_, argv, expected) => {
    const { exitCode, out, err } = await smearwatch(...argv);
    expect(err).toContain(`error: `);
    expect(err).toContain(expected);
    expect(err).toContain('hint: ');
    expect(out).toBe('');
    expect(exitCode).toBe(EXIT.usage);
  });
});

describe('an error', () => {
  const cause = new Error('permission denied');
  const failing = defineCommand({
    command: 'fail',
    describe: 'Fails.',
    options: { json: { type: 'boolean' }, kind: { choices: ['known', 'unknown'], demandOption: true } },
    examples: [],
    run: ({ kind }) =>
      Promise.reject(
        kind === 'unknown'
          ? new TypeError('x is not a function')
          : new SmearwatchError('file-unwritable', 'Cannot write \u001b[31m/a/b', {
              hint: 'Give the permission.',
              cause,
            }),
      ),
  });
  const run = async (...argv: string[]): Promise<{ exitCode: number; err: string }> => {
    const terminal = new CapturedTerminal();
    const exitCode = await runProgram(['fail', ...argv], terminal, [failing]);
    return { exitCode, err: terminal.text.err };
  };

  it('is its sentence and its hint, without what would command the terminal', async () => {
    const { exitCode, err } = await run('--kind', 'known');
    expect(err).toBe('error: Cannot write �[31m/a/b\nhint: Give the permission.\n');
    expect(exitCode).toBe(EXIT.failed);
  });

  it('has its cause and stack with --verbose', async () => {
    const { err } = await run('--kind', 'known', '--verbose');
    expect(err).toContain('[cause]: Error: permission denied');
  });

  it('is JSON with --json', async () => {
    const { err } = await run('--kind', 'known', '--json');
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'file-unwritable', hint: 'Give the permission.' },
    });
  });

  it('that was not expected asks for a report', async () => {
    const { exitCode, err } = await run('--kind', 'unknown');
    expect(err).toContain('error: x is not a function\nhint: This was not expected.');
    expect(exitCode).toBe(EXIT.failed);
  });
});

describe('the program as a process', () => {
  it('prints its version', async () => {
    expect(await spawnSmearwatch('--version')).toEqual({
      exitCode: 0,
      out: `${SOFTWARE.version}\n`,
      err: '',
    });
  });

  it('loads nothing native or large for --help', async () => {
    const { out, exitCode } = await spawnSmearwatch('--help');
    expect(exitCode).toBe(0);
    expect(out).toContain('smearwatch doctor');
    const probe = `
      await import('${compiled('cli/commands.js').href}');
      const modules = process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node'));
      process.stdout.write(JSON.stringify(modules));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', probe]);
    let loaded = '';
    child.stdout.on('data', (chunk: Buffer) => (loaded += chunk.toString()));
    await once(child, 'close');
    expect(JSON.parse(loaded)).toEqual([]);
  });

  const commands = [
    'run',
    'status',
    'top',
    'classify',
    'results',
    'replay',
    'train',
    'generate',
    'doctor',
    'bench',
    'plan',
  ];
  it.each([...commands, 'models list', 'models show', 'models verify'])(
    '%s has help with an example',
    async (command) => {
      const { out, exitCode } = await spawnSmearwatch(...command.split(' '), '--help');
      expect(exitCode).toBe(0);
      expect(out).toContain(`Examples:\n  smearwatch ${command}`);
    },
  );

  it('exits 2 for a configuration that does not exist', async () => {
    const { exitCode, err } = await spawnSmearwatch('run', '--config', join(temporaryFolder(), 'no.yaml'));
    expect(err).toContain('no.yaml does not exist');
    expect(exitCode).toBe(EXIT.usage);
  });

  it('is content when the reader of its output goes away', async () => {
    const cli = fileURLToPath(compiled('cli.js'));
    const child = spawn('bash', [
      '-c',
      `"${process.execPath}" "${cli}" train --help | true; exit "\${PIPESTATUS[0]}"`,
    ]);
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(err).toBe('');
  });
});
