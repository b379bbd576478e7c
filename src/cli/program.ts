import yargs, { type Argv } from 'yargs';
import { suggest } from '../config/suggest.js';
import { EXIT, exitCodeOf } from '../errors.js';
import { SOFTWARE } from '../version.js';
import type { Command } from './command.js';
import { commands } from './commands.js';
import { usageError } from './options.js';
import type { Terminal } from './output.js';
import { reportError } from './report-error.js';

/** Runs one command line and returns the process's exit code; errors are reported on standard error. */
export async function runProgram(
  argv: readonly string[],
  terminal: Terminal,
  available: readonly Command[] = commands,
): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = createProgram(argv, available);
  for (const command of available) {
    program.command(command.toModule({ terminal }, (code) => (exitCode = code)));
  }
  try {
    await program.parseAsync();
    return exitCode;
  } catch (error) {
    // Looked for by hand: when the command line itself is wrong, there are no parsed options.
    const has = (...names: string[]): boolean => names.some((name) => argv.includes(name));
    reportError(terminal, error, { json: has('--json'), verbose: has('--verbose') });
    return exitCodeOf(error);
  }
}

function createProgram(argv: readonly string[], available: readonly Command[]): Argv {
  return yargs([...argv])
    .scriptName('smearwatch')
    .usage(
      '$0 <command> [options]\n\nClassifies blood-smear images from slide scanners with AlexNet and LeNet-5.',
    )
    .option('verbose', {
      type: 'boolean',
      describe: 'Print the cause and the stack of an error.',
      global: true,
    })
    .example('smearwatch run --config lab.yaml', 'Watch the folders of lab.yaml and classify what arrives.')
    .example('smearwatch doctor --config lab.yaml', 'Check that this computer can do so.')
    .epilogue(
      'Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 done but some images could not be classified.',
    )
    .parserConfiguration({ 'greedy-arrays': false, 'parse-positional-numbers': false })
    .locale('en')
    .wrap(process.stdout.isTTY ? Math.min(110, process.stdout.columns) : 100)
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Which command?')
    .check((values) => refuseRepeated(values, available))
    .showHelpOnFail(false)
    .exitProcess(false)
    .version(SOFTWARE.version)
    .help()
    .fail((message: string | null, error: unknown) => {
      // What yargs itself refuses has a message; what a command throws comes with none.
      throw message === null ? error : refusal(message, argv, available);
    });
}

/** yargs makes a list of an option that is given twice, which only those that ask for a list can take. */
function refuseRepeated(values: Readonly<Record<string, unknown>>, available: readonly Command[]): true {
  const names = new Set(available.flatMap(({ optionNames }) => optionNames));
  const lists = new Set(available.flatMap(({ listNames }) => listNames));
  for (const name of names) {
    if (Array.isArray(values[name]) && !lists.has(name))
      throw usageError(`--${name} is given more than once`);
  }
  return true;
}

/** What yargs refuses, in our words, with what was probably meant. */
function refusal(message: string, argv: readonly string[], available: readonly Command[]): Error {
  const see = 'See smearwatch --help, or smearwatch <command> --help.';
  const words = argv.filter((word) => !word.startsWith('-'));
  const meantCommand = /^Did you mean (.+)\?$/.exec(message)?.[1];
  if (meantCommand !== undefined) {
    const word = words.find((each) => suggest(each, [meantCommand]) !== undefined) ?? words[0] ?? '';
    return usageError(`There is no command "${word}"`, `Did you mean ${meantCommand}?`);
  }
  if (message.startsWith('Not enough non-option arguments')) return usageError('An argument is missing', see);
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(', ')[0];
  if (unknown === undefined) return usageError(message, see);
  if (words.includes(unknown)) return usageError(`There is no command or argument "${unknown}"`, see);
  const names = ['help', 'version', 'verbose', ...available.flatMap(({ optionNames }) => optionNames)];
  // Another command may have an option of this very name.
  const meant = suggest(
    unknown,
    names.filter((name) => name !== unknown),
  );
  const hint = meant === undefined ? see : `Did you mean --${meant}?`;
  return usageError(`There is no option --${unknown} here`, hint);
}
