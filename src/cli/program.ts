import yargs, { type Argv } from 'yargs';
import { suggest } from '../config/suggest.js';
import { EXIT, exitCodeOf } from '../errors.js';
import { SOFTWARE } from '../version.js';
import { checkArguments, GLOBAL_OPTIONS } from './arguments.js';
import type { Command, ProgramRun } from './command.js';
import { commands } from './commands.js';
import { usageError } from './options.js';
import type { Terminal } from './output.js';
import { reportError } from './report-error.js';
import { requireWorkingFolder } from './working-folder.js';

/** Runs one command line and returns the process's exit code; errors are reported on standard error. */
export async function runProgram(
  argv: readonly string[],
  terminal: Terminal,
  available: readonly Command[] = commands,
): Promise<number> {
  let exitCode: number = EXIT.done;
  let current: Command | undefined;
  const run: ProgramRun = {
    onCommand(command) {
      current = command;
      checkArguments(argv, command);
    },
    onExitCode: (code) => (exitCode = code),
  };
  try {
    requireWorkingFolder();
    const program = createProgram(argv, (message) => refusal(message, argv, current));
    for (const command of available) program.command(command.toModule({ terminal }, run));
    await program.parseAsync();
    return exitCode;
  } catch (error) {
    // Looked for by hand: when the command line itself is wrong, there are no parsed options.
    const has = (name: string): boolean => argv.includes(name) || argv.includes(`${name}=true`);
    if (terminal.isOutGone?.() !== true)
      reportError(terminal, error, { json: has('--json'), verbose: has('--verbose') });
    return exitCodeOf(error);
  }
}

function createProgram(argv: readonly string[], refuse: (message: string) => Error): Argv {
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
      'Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 done but some images could not be classified. ' +
        'A command whose output is closed (smearwatch results | head) ends quietly with 0.',
    )
    .parserConfiguration({
      'greedy-arrays': false,
      'parse-positional-numbers': false,
      // Options have one spelling: `--config.x` would make an object, and `--weightBits` is not in the help.
      'dot-notation': false,
      'camel-case-expansion': false,
    })
    .locale('en')
    .wrap(process.stdout.isTTY ? Math.min(110, process.stdout.columns) : 100)
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Which command?')
    .showHelpOnFail(false)
    .exitProcess(false)
    .version(SOFTWARE.version)
    .help()
    .alias('help', 'h')
    .fail((message: string | null, error: unknown) => {
      // What yargs itself refuses has a message; what a command throws comes with none.
      throw message === null ? error : refuse(message);
    });
}

/** What yargs refuses, in our words, with what was probably meant. */
function refusal(message: string, argv: readonly string[], current: Command | undefined): Error {
  const see = `See smearwatch ${current === undefined ? '--help, or smearwatch <command>' : current.name} --help.`;
  const words = argv.filter((word) => !word.startsWith('-'));
  const meantCommand = /^Did you mean (.+)\?$/.exec(message)?.[1];
  if (meantCommand !== undefined) {
    const word = words.find((each) => suggest(each, [meantCommand]) !== undefined) ?? words[0] ?? '';
    return usageError(`There is no command "${word}"`, `Did you mean ${meantCommand}?`);
  }
  if (message.startsWith('Not enough non-option arguments')) return usageError('An argument is missing', see);
  const [, missing] = /^Missing required arguments?: (.+)$/.exec(message) ?? [];
  if (missing !== undefined)
    return usageError(`${missing.split(', ').map(dashed).join(', ')} must be given`, see);
  const [, odd, given, choices] = /Argument: (.+), Given: (.+), Choices: (.+)$/.exec(message) ?? [];
  if (odd !== undefined)
    return usageError(`${dashed(odd)} is ${given ?? ''}, must be one of ${choices ?? ''}`, see);
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(', ')[0];
  if (unknown === undefined) return usageError(message, see);
  if (words.includes(unknown)) return usageError(`There is no command or argument "${unknown}"`, see);
  const meant = suggest(unknown, Object.keys({ ...GLOBAL_OPTIONS, ...current?.options }));
  return usageError(
    `There is no option ${dashed(unknown)} here`,
    meant === undefined ? see : `Did you mean --${meant}?`,
  );
}

/** Writes an option with its dashes: `-c`, `--config`. */
function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
